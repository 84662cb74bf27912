// A stand-in for the daemon, for work on the page alone: serves dist/ and a simulated overview
// with the daemon's security headers. `node dev/fake-server.mjs [port]`; port 0 takes any.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXACT } from './fake-answers.mjs';
import { check, preview } from './fake-editing.mjs';
import { Playground } from './fake-playground.mjs';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const SECURITY = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};
const TICK_MS = 500;

/** Starts on 127.0.0.1. Returns { port, url, playground, close }; close() also ends open streams. */
export async function start(port = 0) {
  const playground = new Playground();
  const streams = new Set();
  const server = createServer((request, response) => {
    answer(playground, streams, request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const timer = setInterval(() => {
    playground.tick(TICK_MS / 1000);
    for (const stream of streams) send(stream, 'overview', playground.overview());
  }, TICK_MS);
  const taken = server.address().port;
  return {
    port: taken,
    url: `http://127.0.0.1:${taken}/`,
    playground,
    streams,
    /** As a daemon that is asked to end: its last words, then nothing. */
    async stop() {
      await Promise.all([...streams].map((s) => new Promise((done) => s.end('event: stopped\ndata: {}\n\n', done))));
      await this.close();
    },
    async close() {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(playground, streams, request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (playground.loggedOut && pathname.startsWith('/v1/')) {
    return json(response, 401, problem('unauthenticated', 'log in with hriste open'));
  }
  if (pathname === '/v1/live') return live(playground, streams, request, response);
  if (request.method === 'DELETE') return cancel(playground, pathname, response);
  if (request.method === 'POST') return write(playground, pathname, request, response);
  if (/^\/v1\/triggers\/[^/]+\/windows$/.test(pathname)) return json(response, 200, playground.windows);
  if (pathname === '/v1/overview') return json(response, 200, playground.overview());
  if (pathname === '/v1/grades') return json(response, 200, playground.grades());
  if (pathname === '/v1/grade') return json(response, 200, playground.gradeOf(searchParams.get('run')));
  if (pathname === '/v1/watch') return json(response, 200, playground.watch.state());
  if (pathname === '/v1/tables') return json(response, 200, playground.tables());
  if (pathname === '/v1/dashboards') return json(response, 200, playground.dashboards());
  const board = pathname.match(/^\/v1\/dashboards\/([^/]+)$/);
  if (board) return json(response, 200, playground.dashboard(board[1]));
  const learned = playground.learned(pathname);
  if (learned) return json(response, 200, learned);
  if (pathname === '/v1/notebooks') return json(response, 200, playground.notebooks());
  const book = pathname.match(/^\/v1\/notebooks\/([^/]+)$/);
  if (book) return json(response, 200, playground.notebook(book[1]));
  const hub = pathname.match(/^\/v1\/hubs\/([^/]+)\/records$/);
  if (hub) return json(response, 200, playground.records(hub[1], searchParams));
  return file(pathname, response);
}

function live(playground, streams, request, response) {
  response.writeHead(200, { ...SECURITY, 'Content-Type': 'text/event-stream' });
  response.write('retry: 1000\n\n');
  send(response, 'snapshot', { ...playground.overview(), rate_history: playground.history });
  streams.add(response);
  request.on('close', () => streams.delete(response));
}

let id = 0;
const send = (stream, event, data) =>
  stream.write(`id: ${++id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

async function write(playground, pathname, request, response) {
  if (request.headers['x-hriste'] !== '1') return json(response, 403, problem('permission_denied', 'X-Hriste is missing'));
  let text = '';
  for await (const chunk of request) text += chunk;
  const run = pathname.match(/^\/v1\/pipelines\/([^/]+)\/run$/);
  if (pathname === '/v1/clock') playground.setClock(JSON.parse(text));
  else if (run) playground.run(decodeURIComponent(run[1]), text ? JSON.parse(text).from : '');
  else if (/^\/v1\/triggers\/[^/]+\/windows\/run$/.test(pathname)) playground.runWindow(JSON.parse(text).start);
  else if (pathname === '/v1/check') return json(response, 200, check(JSON.parse(text)));
  else if (pathname === '/v1/preview') return json(response, 200, preview(JSON.parse(text)));
  else if (pathname === '/v1/drafts') return save(playground, JSON.parse(text), response);
  else if (pathname === '/v1/query') return query(playground, JSON.parse(text), response);
  else return json(response, 404, problem('not_found', `${pathname} is not there`));
  return json(response, 200, {});
}

/** "hours" in a query's text: it lasts until it is cancelled. */
function query(playground, asked, response) {
  if (asked.sql.includes('hours')) return void playground.slow.set(asked.id, response);
  if (asked.sql === 'SELECT exact') return text(response, 200, EXACT);
  const answer = playground.query(asked);
  return answer.columns ? json(response, 200, answer) : json(response, 400, problem('invalid_argument', answer.message, answer.card));
}

function save(playground, draft, response) {
  const saved = playground.watch.save(draft, playground.texts);
  return saved.message ? json(response, 412, problem('failed_precondition', saved.message)) : json(response, 200, saved);
}

function cancel(playground, pathname, response) {
  const id = pathname.split('/').at(-1);
  const slow = playground.slow.get(id);
  playground.slow.delete(id);
  if (slow && !slow.destroyed) json(slow, 503, problem('cancelled', 'the statement was stopped'));
  json(response, 200, { cancelled: Boolean(slow) });
}

const problem = (code, message, card = { problem: message }) => ({ error: { code, message, card } });

const json = (response, status, body) => text(response, status, JSON.stringify(body));

function text(response, status, body) {
  response.writeHead(status, { ...SECURITY, 'Content-Type': 'application/json' });
  response.end(body);
}

async function file(pathname, response) {
  const path = join(DIST, normalize(pathname === '/' ? '/index.html' : pathname));
  try {
    const body = await readFile(path);
    response.writeHead(200, { ...SECURITY, 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
    response.end(body);
  } catch {
    response.writeHead(404, SECURITY).end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await start(Number(process.argv[2] ?? 8088));
  console.log(url);
}
