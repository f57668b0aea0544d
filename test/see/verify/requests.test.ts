import { describe, expect, test } from 'vitest';
import { routesOf } from '../../../src/languages/routes.ts';
import { askedRequest, requestsFor } from '../../../src/see/verify/requests.ts';
import type { Service, Workspace } from '../../../src/types.ts';
import type { Tree } from '../../helpers/tree.ts';
import { readTree } from './read.ts';

const python = (main: string, more: Tree = {}, command = 'flask run'): Tree => ({
  'compose.yaml': `services:\n  api:\n    build: ./api\n    command: ${command}\n`,
  'api/Dockerfile': 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD ["flask", "run"]\n',
  'api/requirements.txt': 'flask\nfastapi\ndjango\n',
  'api/app.py': main,
  ...more,
});
const node = (main: string, more: Tree = {}): Tree => ({
  'compose.yaml': 'services:\n  api:\n    build: ./api\n',
  'api/Dockerfile': 'FROM node:20-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "index.js"]\n',
  'api/package.json': '{"dependencies":{"express":"4.19.2"}}',
  'api/index.js': main,
  ...more,
});
const api = ({ services }: Workspace): Service => services.find(({ name }) => name === 'api') ?? expect.unreachable('no service api');

describe('routes that the source shows', () => {
  test.each<[string, Tree, readonly string[]]>([
    ['Flask: GET by default, not by other methods, not with parameters', python(`
from flask import Flask
app = Flask(__name__)
@app.route("/api/items")
def a(): ...
@app.route("/api/items", methods=['POST'])
def b(): ...
@app.route('/both', methods=["POST", "GET"])
def c(): ...
@app.route('/one/<int:id>')
def d(): ...
@app.get('/short')
def e(): ...
@app.post('/never')
def f(): ...
# @app.route('/comment')
"@app.route('/string')"
@cache.get('/also-a-decorator')
@app.route(rule='/named')
def g(): ...
`), ['/api/items', '/both', '/short', '/also-a-decorator', '/named']],
    ['Flask: a blueprint, its own prefix and that of its registration', python(`
from flask import Flask
from shop.items import bp
from shop.carts import carts
app = Flask(__name__)
app.register_blueprint(bp)
app.register_blueprint(carts, url_prefix='/api/carts')
`, {
      'api/shop/__init__.py': '',
      'api/shop/items.py': "from flask import Blueprint\nbp = Blueprint('items', __name__, url_prefix='/items')\n@bp.route('/all')\ndef a(): ...\n",
      'api/shop/carts.py': "from flask import Blueprint\ncarts = Blueprint('carts', __name__, url_prefix='/old')\n@carts.route('/')\ndef a(): ...\n",
    }), ['/api/carts/', '/items/all']],
    ['FastAPI: routers with both prefixes', python(`
from fastapi import FastAPI
from routers import items
app = FastAPI()
app.include_router(items.router, prefix="/v1")
@app.get("/health", tags=["x"])
async def health(): ...
@app.get("/one/{id}")
async def one(): ...
`, { 'api/routers/__init__.py': '', 'api/routers/items.py': 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/items")\n@router.get("/all")\nasync def a(): ...\n' }, 'uvicorn app:app'), ['/health', '/v1/items/all']],
    ['Django: included tables below their prefix, the admin not', python('', {
      'api/manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
      'api/shop/__init__.py': '',
      'api/shop/settings.py': '',
      'api/shop/urls.py': "from django.urls import include, path\nfrom . import views\nurlpatterns = [path('', views.home), path('about/', views.about), path('one/<int:id>', views.one), path('items/', include('items.urls'))]\n",
      'api/items/__init__.py': '',
      'api/items/urls.py': "from django.urls import path\nurlpatterns = [path('all/', lambda r: r)]\n",
    }, 'python manage.py runserver'), ['/', '/about/', '/items/all/']],
    ['Express: routers below their prefix; what is no server is not asked', node(`
const express = require('express');
const items = require('./routes/items');
const app = express();
app.use('/api/items', items);
app.get('/', (q, r) => r.send('x'));
app.get('/health', ok);
app.get('/one/:id', ok);
app.post('/never', ok);
axios.get('/not/ours', {});
cache.get('/nor/this');
// app.get('/comment', ok)
`, { 'api/routes/items.js': "const router = require('express').Router();\nrouter.get('/all', (q, r) => r.json([]));\nmodule.exports = router;\n" }), ['/', '/health', '/api/items/all']],
    ['Nest', node('', { 'api/src/cats.controller.ts': "@Controller('cats')\nexport class CatsController {\n  @Get()\n  all() {}\n  @Get('names')\n  names() {}\n  @Get(':id')\n  one() {}\n}\n" }), ['/cats', '/cats/names']],
  ])('%s', (_name, tree, expected) => {
    const workspace = readTree(tree);
    expect(routesOf(api(workspace), workspace.files)).toEqual(expected);
  });
});

describe('which are sent', () => {
  test('the root, one health route, then others; five at most', () => {
    expect(requestsFor(['/a', '/api/health-check', '/b', '/ready', '/c', '/d', '/e'], [])).toEqual(['/', '/api/health-check', '/a', '/b', '/c']);
    expect(requestsFor([], [])).toEqual(['/']);
  });
  test.each(['/logout', '/api/users/delete', '/items/reset', '/admin', '/send-mail', '/events', '/feed.xml', '/ws', '/shutdown', '/auth/callback'])('%s is left out', (route) => {
    expect(requestsFor([route], [])).toEqual(['/']);
  });
  test('only what was asked for, if something was', () => {
    expect(requestsFor(['/a'], ['/b?c=d'])).toEqual(['/b?c=d']);
  });
  test.each([['GET /api/items', '/api/items'], ['/x?y=z', '/x?y=z'], ['get /a', '/a']])('%s', (text, path) => {
    expect(askedRequest(text)).toBe(path);
  });
  test.each(['POST /x', 'api/items', 'GET', '', 'GET x', 'GET /a b'])('%j is refused', (text) => {
    expect(() => askedRequest(text)).toThrow(/request/);
  });
});
