import { describe, expect, test } from 'vitest';
import { languageOf, languages, recognise } from '../../src/languages/index.ts';
import { leave } from '../../src/languages/leave.ts';
import { said } from './said.ts';
import { memoryFiles, sketch, type ServiceSketch } from './service.ts';
import type { Path } from '../../src/types.ts';

const REACT = '{"name": "web", "dependencies": {"react": "18", "react-scripts": "5.0.1"}}';
const mounted = [{ from: '' as Path, to: '/app' }];

describe('which language, and what is left alone', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceSketch, string | undefined, RegExp | undefined])[] = [
    ['a React dev server', { 'package.json': REACT }, { from: 'node:16.18', cmd: 'react-scripts start', through: ['npm'] }, 'browser', /React runs in the browser/],
    ['Vite', { 'package.json': '{"dependencies": {"vue": "3"}, "devDependencies": {"vite": "7"}}' }, { from: 'node:22', cmd: 'vite --host' }, 'browser', /Vue runs in the browser/],
    ['a frontend behind nginx', { 'package.json': REACT }, { from: 'nginx:1.27-alpine', cmd: 'nginx -g daemon' }, 'browser', /React runs in the browser/],
    ['nginx with a configuration only', { 'nginx.conf': '' }, { from: 'nginx:1.27' }, undefined, /^a proxy/],
    ['a server that also renders React', { 'package.json': '{"dependencies": {"react": "18", "express": "5"}}' }, { from: 'node:22', cmd: 'node server.js' }, 'node', undefined],
    ['Postgres', {}, { image: 'postgres:13-alpine' }, undefined, /^a database/],
    ['Postgres with the source mounted', { 'requirements.txt': 'flask' }, { image: 'docker.io/library/postgres:15', mounts: mounted }, undefined, /^a database/],
    ['Redis from another registry', {}, { image: 'registry.example:5000/mirror/redis:7' }, undefined, /^a cache/],
    ['DynamoDB', {}, { image: 'amazon/dynamodb-local:latest' }, undefined, /^a database/],
    ['a collector', {}, { image: 'otel/opentelemetry-collector-contrib:0.159.0' }, undefined, /^a telemetry tool/],
    ['X-Ray daemon', {}, { image: 'amazon/aws-xray-daemon' }, undefined, /^a telemetry tool/],
    ['SQL Server', {}, { image: 'mcr.microsoft.com/mssql/server:2022-latest' }, undefined, /^a database/],
    ['an image of unknown content', {}, { image: 'acme/billing:2' }, undefined, /without its source/],
    ['a pulled Python image with the source mounted', { 'requirements.txt': 'flask', 'app.py': 'import flask' }, { image: 'python:3.12', mounts: mounted, cmd: 'flask run' }, 'python', undefined],
    ['a base image in a private registry', { 'requirements.txt': 'flask', 'app.py': 'import flask' }, { from: 'registry.example/cruddur-python:3.10-slim-buster', cmd: 'flask run' }, 'python', undefined],
    ['a Java service', { 'pom.xml': '' }, { from: 'eclipse-temurin:17-jre', cmd: 'java -jar app.jar' }, 'java', undefined],
    ['a Go service on scratch', { 'go.mod': '' }, { from: 'scratch', cmd: '/server' }, 'go', undefined],
    ['a Rust service on debian', { 'Cargo.toml': '' }, { from: 'debian:bookworm-slim', cmd: '/usr/local/bin/app' }, 'rust', undefined],
    ['Ruby', { Gemfile: '' }, { from: 'ruby:3.3', cmd: 'bundle exec rails server' }, 'ruby', undefined],
    ['PHP', { 'composer.json': '{}' }, { from: 'php:8.3-apache' }, 'php', undefined],
    ['.NET', { 'Shop.csproj': '' }, { from: 'mcr.microsoft.com/dotnet/aspnet:8.0', cmd: 'dotnet Shop.dll' }, 'dotnet', undefined],
    ['Elixir', { 'mix.exs': '' }, { from: 'elixir:1.17', cmd: 'mix phx.server' }, 'elixir', undefined],
    ['Django with a package.json for its assets', { 'requirements.txt': 'django', 'manage.py': 'import django', 'package.json': REACT }, { from: 'python:3.12', cmd: 'python manage.py runserver' }, 'python', undefined],
    ['a Node server with a requirements.txt for its scripts', { 'requirements.txt': 'requests', 'package.json': '{"dependencies": {"express": "5"}}' }, { from: 'node:20', cmd: 'node index.js' }, 'node', undefined],
    ['nothing to go by', { 'README.md': '' }, { from: 'debian:12', cmd: './run' }, undefined, undefined],
  ];
  for (const [title, files, o, language, reason] of cases) {
    test(title, () => {
      const service = sketch({ run: [], ...o });
      const app = recognise(service, memoryFiles(files));
      expect(app?.language).toBe(language);
      const left = leave(service, app);
      if (reason === undefined) expect(left).toBeUndefined();
      else expect(left).toMatch(reason);
    });
  }
});

describe('languages that are recognised only', () => {
  test.each(['java', 'go', 'ruby', 'php', 'dotnet', 'rust', 'elixir'])('%s: nothing is written, a paste and a link', (id) => {
    const language = languageOf(id);
    const answer = language?.trace({ language: id, libraries: {}, traits: {}, because: [] }, sketch({}), memoryFiles({}));
    if (answer === undefined || !('stuck' in answer)) throw new Error(`${id} must be stuck`);
    expect(answer.stuck).toContain(language?.docs);
    expect(answer.paste?.text.split('\n').length).toBeGreaterThan(5);
    expect(said(answer).join('\n')).not.toContain('undefined');
  });
});

test('every language has its own id and a link', () => {
  expect(new Set(languages.map(({ id }) => id)).size).toBe(languages.length);
  for (const { docs } of languages) expect(docs).toMatch(/^https:\/\//);
});
