/** The sender in Node.js, old ones too. Like the JavaScript exporters, it heeds no proxy variable. */
import { lastJson, packed, type Sender } from './ask.ts';

export const node: Sender = {
  by: 'node',
  argv: ['node', '-'],
  // The service's own preload would trace this request.
  without: ['NODE_OPTIONS'],
  script: (ask) => SCRIPT.replace('@ASK@', packed(ask)),
  read: lastJson,
};

const SCRIPT = `
'use strict';
var ask = JSON.parse(Buffer.from('@ASK@', 'base64').toString());
var stage = 'looking up the name';
function tell(what) {
  tell = function () {};
  // At once: a look-up that hangs would keep it waiting.
  process.stdout.write(JSON.stringify(what) + '\\n', function () { process.kill(process.pid, 'SIGKILL'); });
}
function failed(at, says) { tell({ is: 'failed', at: at, says: String(says) }); }
setTimeout(function () { failed('timeout', 'no answer within ' + Math.floor(ask.ms / 1000) + ' s (' + stage + ')'); }, ask.ms);

var url;
try { url = new URL(ask.url); } catch (error) { failed('url', 'it is not an address'); }
if (url) go();

function go() {
  var secure = url.protocol === 'https:';
  var host = url.hostname.replace(/^\\[|\\]$/g, '');
  var port = Number(url.port) || (secure ? 443 : 80);
  var ca;
  if (ask.ca) try { ca = require('fs').readFileSync(ask.ca); } catch (error) { return failed('tls', 'the certificates to trust could not be read: ' + error.message); }
  function broke(error) {
    var code = error.code || '';
    var says = error.message || code;
    if (Array.isArray(error.errors) && error.errors.length > 0) says = error.errors[0].message;
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA') return failed('dns', says);
    if (code === 'ETIMEDOUT') return failed('timeout', says);
    if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENETDOWN)$/.test(code)) return failed('connect', says);
    if (/CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS|EPROTO/.test(code) || (secure && stage === 'securing the connection')) return failed('tls', says.split('\\n')[0]);
    if (/INVALID_CHAR|INVALID_HTTP_TOKEN/.test(code)) return failed('header', 'a header\\'s value has characters that HTTP does not allow');
    failed('http', says);
  }
  function watch(socket) {
    socket.on('lookup', function () { stage = 'connecting'; });
    socket.on('connect', function () { stage = secure ? 'securing the connection' : 'waiting for the answer'; });
    socket.on('secureConnect', function () { stage = 'waiting for the answer'; });
  }
  if (ask.mode !== 'http') {
    var options = { host: host, port: port, ALPNProtocols: ['h2'], ca: ca };
    if (!require('net').isIP(host)) options.servername = host;
    var open = ask.mode === 'tls' ? require('tls').connect(options, function () { tell({ is: 'reached' }); }) : require('net').connect(port, host, function () { tell({ is: 'reached' }); });
    watch(open);
    return open.on('error', broke);
  }
  var body = Buffer.from(ask.body, 'base64');
  var headers = Object.assign({}, ask.headers, { 'Content-Length': body.length });
  var request;
  try {
    request = require(secure ? 'https' : 'http').request({ hostname: host, port: port, path: url.pathname + url.search, method: 'POST', headers: headers, ca: ca }, function (answer) {
      var now = Date.now();
      var chunks = [];
      function done() {
        var all = Buffer.concat(chunks).slice(0, 4000);
        tell({ is: 'answered', status: answer.statusCode, type: answer.headers['content-type'] || '', date: answer.headers.date || '', now: now, body: all.toString('base64') });
      }
      answer.on('data', function (chunk) { chunks.push(chunk); });
      answer.on('end', done);
      answer.on('error', done);
    });
  } catch (error) { return broke(error); }
  request.on('socket', watch);
  request.on('error', broke);
  request.end(body);
}
`;
