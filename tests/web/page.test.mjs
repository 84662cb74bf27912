// The page in a real browser. With HRISTE_URL (a login address, as `hriste open --print` gives it)
// against that daemon; else against the stand-in, which also can be stopped, emptied and logged out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { start } from '../../web/dev/fake-server.mjs';
import { launch, settled, until } from './browser.mjs';

const DIST = new URL('../../web/dist/', import.meta.url);
const real = process.env.HRISTE_URL;
const fakeOnly = { skip: real ? 'needs the stand-in server' : false };

let browser;
let server; // the stand-in, when there is one
let home; // the page's address
let login; // cookies, so that a one-time login code is used once

before(async () => {
  server = real ? null : await start(0);
  browser = await launch();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(real ?? server.url);
  home = new URL('/', page.url()).href;
  login = await context.storageState();
  await context.close();
});

beforeEach(() => server && reset(server.playground));

after(async () => {
  await browser?.close();
  await server?.close();
});

/** The stand-in as it begins, whatever an earlier test (also one that failed) did to it. */
function reset(playground) {
  Object.assign(playground, { speed: 60, frozen: false, bare: false, loggedOut: false, broken: false, waiting: [], differing: 2, texts: {} });
  playground.watch.running = false;
}

/** Runs `body` on a fresh, logged-in page and checks that it made no noise and no foreign request. */
async function onPage(options, body) {
  const context = await browser.newContext({ storageState: login, viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const noise = [];
  // Axe reads pixels back from the canvas to judge contrast; Chromium remarks on that, not on the page.
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) &&
    !m.text().startsWith('Canvas2D: Multiple readback') && noise.push(m.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  // What the daemon said, beside the browser's "Failed to load resource".
  page.on('response', async (r) => r.status() >= 400 &&
    noise.push(`${r.url()}: ${r.request().postData() ?? ''}: ${await r.text().catch(() => '')}`));
  const foreign = [];
  context.on('request', (r) => r.url().startsWith(home) || foreign.push(r.url()));
  try {
    await page.goto(home + (options.query ?? ''));
    if (!options.empty) await until('the page', () => page.locator(options.query?.includes('#') ? 'main .panel' : '.node').count());
    await body(page, { context, noise });
    assert.deepEqual(foreign, []);
    if (!options.noisy) assert.deepEqual(noise, []);
  } finally {
    await context.close();
  }
}

const pill = (page) => page.locator('header .pill').innerText();
const places = (page) =>
  page.locator('.node').evaluateAll((all) => all.map((n) => [n.dataset.id, n.offsetLeft, n.offsetTop]));

test('shows every node, live, and keeps them in place', async () => {
  await onPage({}, async (page) => {
    const overview = await page.evaluate(() => fetch('v1/overview').then((r) => r.json()));
    const ids = await page.locator('.node').evaluateAll((all) => all.map((n) => n.dataset.id));
    assert.deepEqual(ids.toSorted(), overview.nodes.map((n) => n.id).toSorted());
    await until('live', async () => (await pill(page)).includes('live'));
    const first = await places(page);
    const clock = await page.locator('time').first().innerText();
    await until('the clock moves', async () => overview.clock.frozen || overview.clock.held || (await page.locator('time').first().innerText()) !== clock);
    assert.deepEqual(await places(page), first);
    await page.reload();
    await until('nodes', () => page.locator('.node').count());
    assert.deepEqual(await places(page), first);
  });
});

test('nodes do not overlap, and edges end at them', async () => {
  await onPage({}, async (page) => {
    const boxes = await page.locator('.node').evaluateAll((all) => all.map((n) => n.getBoundingClientRect().toJSON()));
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        assert.ok(apart, JSON.stringify([a, b]));
      }
    }
    assert.ok((await page.locator('.edges path').count()) > 0);
  });
});

test('a click opens the details and the address remembers them', async () => {
  await onPage({}, async (page) => {
    const node = page.locator('.node').nth(1);
    const id = await node.getAttribute('data-id');
    await node.click();
    await until('chosen', async () => (await node.getAttribute('aria-pressed')) === 'true');
    assert.equal(await page.locator('.side h2').innerText(), await node.getAttribute('title'));
    assert.equal(new URL(page.url()).searchParams.get('node'), id);
    await page.reload();
    await until('details after reload', () => page.locator('.side .facts').count());
    await page.getByRole('button', { name: 'Close details' }).click();
    await until('closed', async () => (await page.locator('.side .facts').count()) === 0);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.id), id);
  });
});

test('a lane folds to one node, by mouse and by key, and stays folded', async () => {
  await onPage({}, async (page) => {
    const title = page.getByRole('button', { name: 'Silver', exact: true });
    const ids = () => page.locator('.node').evaluateAll((all) => all.map((n) => n.dataset.id));
    const before = await ids();
    const silver = before.filter((id) => id.startsWith('silver.'));
    assert.ok(silver.length > 1);
    await title.focus();
    await page.keyboard.press('Enter');
    const group = page.locator('.node[data-id^="lane:"]');
    await until('one node', () => group.count());
    assert.match(await group.innerText(), new RegExp(`^${silver.length}`));
    assert.deepEqual((await ids()).filter((id) => id.startsWith('silver.')), []);
    assert.equal(await title.getAttribute('aria-expanded'), 'false');
    await page.reload();
    await until('still one node', () => group.count());
    await group.click();
    await until('all nodes', async () => (await ids()).length === before.length);
  });
});

test('the keyboard alone reaches and walks the map', async () => {
  await onPage({}, async (page) => {
    const focus = () => page.evaluate(() => ({ id: document.activeElement.dataset.id, text: document.activeElement.innerText }));
    await page.keyboard.press('Tab');
    assert.match((await focus()).text, /Skip/);
    await page.keyboard.press('Enter');
    // Past the lanes' titles, which fold.
    const first = await until('a node has the focus', async () => (await page.keyboard.press('Tab'), (await focus()).id));
    assert.equal(await page.locator('.node[tabindex="0"]').count(), 1);
    await page.keyboard.press('ArrowRight');
    const second = (await focus()).id;
    assert.ok(second && second !== first);
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(ring, 'none');
    await page.keyboard.press('Enter');
    await until('details', () => page.getByRole('tabpanel').count());
    await page.keyboard.press('Escape');
    await until('closed', async () => (await page.locator('.side .facts').count()) === 0);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    assert.equal((await focus()).id, await page.locator('.node').nth(1).getAttribute('data-id'));
    await page.keyboard.press('Tab');
    assert.equal((await focus()).id, undefined, 'one Tab leaves the lane');
  });
});

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EDITED = 'edit of gold.engagements'; // a text of the map's, in place of a page
const PAGES = [EDITED, 'map', 'streams', 'sql', 'dashboards', 'notebooks', 'runs', 'grade', 'alerts', 'ml'];

/** Shows a page with something in it. */
async function visit(page, name) {
  if (name === EDITED) return visitEditor(page);
  await page.evaluate((hash) => void (location.hash = hash), name);
  if (name === 'map') await page.locator('.node').first().click();
  if (name === 'sql') {
    await until('the editor', () => page.locator('.cm-content').count());
    await page.getByRole('button', { name: 'Run' }).click();
    await until('an answer', () => page.locator('.grid [role=gridcell]').count());
  }
  if (name === 'dashboards') await until('a chart', () => page.locator('.vega svg').count());
  if (name === 'ml') await until('runs', () => page.locator('.ml tbody tr, .ml .empty').count());
  await until('content', () => page.locator('main .panel').count());
}

/** With a mistake, and with what the text would give. */
async function visitEditor(page) {
  await page.locator('.node[data-id="gold.engagements"]').click();
  await page.getByRole('tab', { name: 'Source' }).click();
  await page.getByRole('button', { name: /^Edit/ }).click();
  await until('the editor', () => page.locator('.cm-content').count());
  await page.keyboard.press('Control+Enter');
  await until('an answer', () => page.locator('.edit .grid [role=gridcell]').count());
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('nothing\n');
  await until('what is wrong', () => page.locator('.edit .failure').count());
}

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1440, 320]) {
    // With a real daemon each theme and each width once: what it brings is content.
    const where = (colorScheme === 'dark') === (width === 1440) ? {} : fakeOnly;
    test(`WCAG 2.2 AA on every page, ${colorScheme}, ${width} px`, where, async () => {
      await onPage({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
        await page.evaluate(axeSource);
        for (const name of PAGES) {
          await visit(page, name);
          const found = await page.evaluate(() =>
            axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
          assert.deepEqual(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]), [], name);
          assert.ok(found.passes.some((p) => p.id === 'color-contrast'), name);
        }
      });
    });
  }
}

test('a text is edited, checked, compared, kept over a reload and saved by a watch', fakeOnly, async () => {
  await onPage({}, async (page) => {
    const saving = page.getByRole('status', { name: 'Saving' });
    const save = page.getByRole('button', { name: 'Save and apply' });
    await visitEditor(page);
    assert.match(await page.locator('.edit .failure').innerText(), /\.sql:\d+:1: there is no column "nothing"/);
    assert.ok(await page.locator('.cm-lintRange-error').count(), 'the place is marked');
    assert.match(await page.locator('.edit .part h2').innerText(), /1.200 rows · 3 in quarantine · \+12 −3 ~40 rows/);
    assert.match(await page.locator('.edit-shown').innerText(), /of an earlier text/);
    await page.getByRole('tab', { name: 'Changes' }).click();
    await page.reload();
    await until('the draft', async () => (await page.locator('.cm-content').innerText()).includes('nothing'));
    assert.match(await page.locator('.diff .added').innerText(), /^\+ nothing/);
    assert.ok(await save.isDisabled());
    assert.match(await saving.innerText(), /hriste watch/);
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 'nothing'.length; i++) await page.keyboard.press('Delete');
    await page.keyboard.insertText('-- a remark');
    await until('mended', async () => (await page.locator('.edit .failure').count()) === 0);
    server.playground.watch.running = true;
    await until('a watch', async () => !(await save.isDisabled()));
    await save.click();
    await until('applied', async () => /applied in/.test(await saving.innerText()));
    await until('it is what is applied', async () => (await page.locator('.diff').count()) === 0);
    assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('hriste.draft')).length), 0);

    // Somebody else applies while a draft is there.
    await page.keyboard.insertText('-- mine');
    await until('a draft', async () => !(await save.isDisabled()));
    server.playground.texts['gold.engagements'] = 'SELECT 1';
    await until('it is said', async () => /applied anew/.test(await page.locator('.edit .failure').innerText()));
    assert.ok(await save.isDisabled());
    await page.getByRole('button', { name: 'Discard' }).click();
    await until('the text of now', async () => (await page.locator('.cm-content').innerText()) === 'SELECT 1');
    await page.goBack();
    await until('the map again', () => page.locator('.node').count());
  });
});

test('no sideways scroll from 320 px up', async () => {
  await onPage({ viewport: { width: 320, height: 700 } }, async (page) => {
    for (const name of PAGES) {
      await visit(page, name);
      for (const width of [320, 480, 760, 1024, 1180, 1440]) {
        await page.setViewportSize({ width, height: 700 });
        const wide = await until('layout', () => page.evaluate(() => document.documentElement.scrollWidth));
        assert.ok(wide <= width, `${name}: ${wide} > ${width}`);
      }
    }
  });
});

test('pages can be reached at every width', async () => {
  await onPage({ viewport: { width: 320, height: 700 } }, async (page) => {
    for (const width of [320, 481, 600, 760, 1024]) {
      await page.setViewportSize({ width, height: 700 });
      // The bar may scroll sideways; several names are in view without.
      const seen = await page.locator('nav').evaluate((nav) => nav.clientWidth);
      assert.ok(seen >= Math.min(width, 760) / 2, `${seen} of ${width} pixels are the pages'`);
    }
  });
});

test('the theme can be chosen and stays', async () => {
  await onPage({ colorScheme: 'dark' }, async (page) => {
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(await background(), 'rgb(14, 18, 23)');
    await page.getByRole('button', { name: 'Light theme' }).click();
    await until('light', async () => (await background()) === 'rgb(246, 247, 249)');
    await page.reload();
    await until('nodes', () => page.locator('.node').count());
    assert.equal(await background(), 'rgb(246, 247, 249)');
  });
});

const inked = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('.picture canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value) => value > 0);
  });

test('dots move, but not for those who asked for less motion', fakeOnly, async () => {
  await onPage({}, async (page) => void (await until('dots', () => inked(page))));
  await onPage({ reducedMotion: 'reduce' }, async (page) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(await inked(page), false);
  });
});

test('the policy forbids inline scripts', async () => {
  await onPage({ noisy: true }, async (page) => {
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.inlineRan = true';
      document.head.append(script);
      return Boolean(window.inlineRan);
    });
    assert.equal(ran, false);
  });
});

test('the keyboard goes to every page, and back in history', async () => {
  await onPage({}, async (page) => {
    const title = () => page.title();
    for (const [key, name] of [['s', 'Streams'], ['d', 'Dashboards'], ['r', 'Runs'], ['g', 'Grade'], ['a', 'Alerts'], ['l', 'ML'], ['q', 'SQL'], ['m', 'Map']]) {
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await until(name, async () => (await title()).startsWith(name));
      assert.equal(await page.locator('nav [aria-current=page]').innerText(), name);
      if (name === 'SQL') await until('the editor takes the focus', () => page.evaluate(() => document.activeElement.className === 'editor'));
    }
    await page.goBack();
    await until('back', async () => (await title()).startsWith('SQL'));
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Keys' }).click();
    await until('the list of keys', () => page.getByRole('dialog').count());
    await page.keyboard.press('Escape');
    await until('closed', async () => (await page.getByRole('dialog').count()) === 0);
  });
});

test('a node shows its rows, and opens them in SQL', async () => {
  await onPage({}, async (page) => {
    await page.locator('.node[data-id="bronze.users"]').click();
    await page.getByRole('tab', { name: 'Sample' }).click();
    const first = await until('a row', async () => (await page.locator('.sample dd').count()) > 2 && page.locator('.sample').innerText());
    await page.getByRole('button', { name: 'Next' }).click();
    await until('the next row', async () => (await page.locator('.sample').innerText()) !== first);
    await page.getByRole('button', { name: 'Open in SQL' }).click();
    await until('an answer', () => page.locator('.grid [role=gridcell]').count());
    assert.match(new URL(page.url()).searchParams.get('sql'), /FROM bronze\.users/);
  });
});

test('SQL: completion, an error at its place, a grid of 100 000 rows', fakeOnly, async () => {
  await onPage({ query: '#sql' , noisy: true }, async (page) => {
    await until('the editor', () => page.locator('.cm-content').count());
    await until('tables', () => page.locator('.tables summary').count());
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('SELECT *\nFROM gold.');
    const offered = await until('completion', async () => (await page.locator('.cm-tooltip-autocomplete li').count()) > 0 &&
      page.locator('.cm-tooltip-autocomplete').innerText());
    assert.match(offered, /sales_by_day/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('SELECT *\nFROM nowhere');
    await page.keyboard.press('Control+Enter');
    await until('the error', async () => (await page.getByRole('alert').allInnerTexts()).join().includes('line 2, column 6'));
    assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'nowhere');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('SELECT * LIMIT 100000');
    await page.keyboard.press('Control+Enter');
    await until('the rows', async () => (await page.getByRole('grid').getAttribute('aria-rowcount')) === '100001');
    assert.ok((await page.locator('.grid-row').count()) < 120, 'only what is in view is in the document');
    await page.getByRole('grid').focus();
    await page.keyboard.press('Control+End');
    const last = page.locator('[aria-selected=true]');
    await page.keyboard.press('Control+ArrowDown');
    await until('the last row', async () => (await page.locator('[id$="-99999-0"]').count()) === 1);
    assert.equal(await page.locator('[id$="-99999-0"]').innerText(), '99999');
    assert.equal(await last.count(), 1);
  });
});

test('SQL: an answer becomes a file', fakeOnly, async () => {
  await onPage({ query: '?sql=SELECT+1+LIMIT+3#sql' }, async (page) => {
    await until('the editor', () => page.locator('.cm-content').count());
    await page.getByRole('button', { name: 'Run' }).click();
    const save = page.getByRole('button', { name: 'Save CSV' });
    await until('an answer', () => save.count());
    const [file] = await Promise.all([page.waitForEvent('download'), save.click()]);
    assert.equal(await readFile(await file.path(), 'utf8'),
      'id,user_name,city,value,is_vip\r\n0,user0,,0.50,true\r\n1,user1,Praha,3.50,false\r\n2,user2,Praha,6.50,true\r\n');
  });
});

test('streams: a tail with filter and pause; what is damaged says so', fakeOnly, async () => {
  await onPage({ query: '?filter=GET#streams' }, async (page) => {
    const lines = page.locator('tbody tr');
    await until('events', () => lines.count());
    const newest = () => lines.first().locator('td').nth(2).innerText();
    const before = await newest();
    await until('it moves', async () => (await newest()) !== before);
    await page.getByRole('button', { name: 'Pause' }).click();
    await settled('it stands still', newest);
    const all = await lines.count();
    await page.getByLabel('Filter').fill(await lines.nth(3).locator('button').innerText());
    await until('fewer', async () => (await lines.count()) < all);
    await page.getByLabel('Filter').fill('');
    await page.getByRole('button', { name: 'Go on' }).click();
    await until('a damaged one', () => page.locator('tbody tr.wrong').count(), 40_000);
    assert.match(await page.locator('tbody tr.wrong .value').first().innerText(), /^not JSON: \{"event_id"/);
  });
});

test('dashboards: figures, charts, a map, and what is wrong said where it stands', fakeOnly, async () => {
  await onPage({ query: '#dashboards', noisy: true }, async (page, { noise }) => {
    await until('charts', async () => (await page.locator('.vega svg').count()) === 2);
    assert.equal(await page.locator('figure.is-number .figure').innerText(), '0.50');
    assert.equal(await page.locator('.vega svg .mark-line path').count(), 2);
    assert.match(await page.getByRole('img', { name: 'two lines' }).innerHTML(), /<path/);
    assert.equal(await page.locator('.kraje path:not(.empty)').count(), 3);
    assert.match(await page.locator('.kraje li').first().innerText(), /Hlavní město Praha/);
    assert.equal(await page.locator('figure.is-table [role=gridcell]').count() > 10, true);
    assert.deepEqual(noise, []);
    await page.getByLabel('Dashboard').selectOption('traffic');
    await until('the other', async () => (await page.locator('h1').innerText()) === 'Traffic');
    assert.equal(new URL(page.url()).searchParams.get('dashboard'), 'traffic');
    await until('errors', async () => (await page.locator('figure .failure').count()) === 2);
    const wrong = (await page.locator('figure .failure').allInnerTexts()).join('\n');
    assert.match(wrong, /sales has no column orders; it has: id, user_name/);
    assert.match(wrong, /line 1, column 6: table nowhere does not exist/);
    assert.match(wrong, /did you mean silver\.users\?/);
  });
});

test('the clock jumps forward', fakeOnly, async () => {
  await onPage({}, async (page) => {
    server.playground.frozen = true;
    const before = server.playground.now;
    // The buttons add to the clock that the page shows, which may be a second (a minute there) behind.
    await until('the page shows the frozen clock', async () =>
      Date.parse(await page.locator('header time').getAttribute('datetime')) === before);
    await page.locator('.jump summary').click();
    await page.getByRole('button', { name: '+1 h' }).click();
    await until('an hour later', () => server.playground.now >= before + 3_600_000);
    await until('closed', async () => !(await page.locator('.menu').isVisible()));
  });
});

test('grade: failed first, and only those on request', fakeOnly, async () => {
  await onPage({ query: '#grade' }, async (page) => {
    const verdicts = () => page.locator('tbody .verdict').allInnerTexts();
    assert.match((await verdicts())[0], /wrong/);
    await page.getByText('100\u202f000 rows, birth numbers').first().waitFor(); // long and right: its beginning
    await page.getByLabel('wrong only').check();
    await until('one line', async () => (await verdicts()).length === 1);
    assert.equal(new URL(page.url()).searchParams.get('wrong'), '1');
  });
});

test('grade: what was changed and what can not be judged is neither right nor wrong', fakeOnly, async () => {
  await onPage({ query: '#grade' }, async (page) => {
    const row = (what) => page.locator('tbody tr', { hasText: what });
    const head = page.locator('.block-head .pill').first();
    assert.match(await head.innerText(), /15 \/ 18 right · 1 wrong · 1 not gradable · 1 changed by you/);
    assert.equal(await row('changed by you').getAttribute('class'), '', 'not painted as wrong');
    assert.match(await row('changed by you').innerText(), /stands instead of/);
    const ranks = (await page.locator('tbody .verdict').allInnerTexts()).map((t) => t.replace(/^\S+\s+/, ''));
    assert.deepEqual([...new Set(ranks)], ['wrong', 'not gradable', 'changed by you', 'right']);
    await until('the sample is called one', async () => {
      server.playground.differing = 1204;
      return /^1\s204 rows differ; a sample of 2: missing 1/.test(await page.locator('.drill summary').innerText());
    });
  });
});

test('grade: earlier ones stay with their runs', fakeOnly, async () => {
  await onPage({ query: '#grade' }, async (page) => {
    const history = page.getByRole('region', { name: 'Grades that are kept' });
    await until('the history', () => history.locator('tbody tr').count());
    await history.getByRole('button', { name: 'run-0000' }).click();
    const head = page.locator('.block-head').first();
    await until('the earlier one', async () => /18 \/ 18 right/.test(await head.innerText()));
    assert.equal(new URL(page.url()).searchParams.get('graded'), 'run-0000');
    await page.reload();
    await until('the earlier one after a reload', async () => /18 \/ 18 right/.test(await head.innerText()));
    await head.getByRole('button', { name: 'Show the newest' }).click();
    await until('the newest', async () => /15 \/ 18 right/.test(await head.innerText()));
  });
});

test('what has failed says why on the map, and what is waited for is said', fakeOnly, async () => {
  server.playground.broken = true;
  server.playground.waiting = [{ who: 'run-3 of medallion', what: 'stream job traffic', seconds: 12 }];
  await onPage({}, async (page) => {
    const node = page.locator('.node[data-id="hriste_stream_job.traffic"]');
    assert.match(await node.getAttribute('class'), /is-fail/);
    assert.match(await node.innerText(), /stopped at pageviews|failed/);
    await until('attention', async () => (await page.locator('.unwell').innerText()).includes('can not be cast to bigint'));
    assert.match(await page.locator('.side .waits').innerText(), /run-3 of medallion waits for stream job traffic/);
    await node.click();
    await until('the whole reason', async () => (await page.locator('.side .failure').innerText()).endsWith('then apply'));
    await page.locator('.node[data-id="gold.sales_by_day"]').click();
    await until('its place', async () => (await page.locator('.side .problem mark').innerText()) === 'o.valu');
    await page.evaluate(() => void (location.hash = 'runs'));
    await until('waits beside the runs', () => page.locator('.runs .waits li').count());
    await page.setViewportSize({ width: 320, height: 700 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  });
});

test('windows by month, a failed one again alone, a pause by hand', fakeOnly, async () => {
  const others = server.playground.triggers;
  server.playground.triggers = [...others, { name: 'hours', pipeline: 'refine', on: 'interval', paused: true,
    paused_by: 'hand', next: null, waiting: 0, running: 0, last: null }];
  server.playground.underWay = ['waits'];
  try {
    await onPage({ query: '#runs' }, async (page) => {
      const line = page.locator('.triggers > li', { hasText: 'hours' }).last();
      assert.match(await line.innerText(), /paused by hand/);
      await line.locator('summary').click();
      await until('the months', () => line.locator('.month').count());
      assert.deepEqual(await line.locator('.month').allInnerTexts(), ['May 2026', 'June 2026']);
      assert.equal(await line.locator('.calendar .fail').count(), 2);
      await line.locator('.failed-windows button').last().click();
      await until('one less', async () => (await line.locator('.failed-windows li').count()) === 1);
      assert.match(await line.innerText(), /5 of 6 done, 1 failed/);
      assert.equal(await page.getByRole('button', { name: 'Cancel waits' }).count(), 1, 'one that has no record yet');
    });
  } finally {
    Object.assign(server.playground, { triggers: others, underWay: [] });
  }
});

test('grade: from a wrong check to its rows, as SQL', fakeOnly, async () => {
  await onPage({ query: '#grade', permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    const drill = page.locator('.drill summary');
    assert.match(await drill.innerText(), /missing 1 · extra 0 · different 1/);
    await drill.click();
    assert.equal(await page.locator('.drill b').count(), 0, 'markup in a value stays text');
    assert.match(await page.locator('.drill tbody').innerText(), /<b>O'Neil<\/b>/);
    await page.getByRole('button', { name: 'Copy as SQL' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const sql = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(sql, 'SELECT *\nFROM silver.pageviews\nWHERE (event_id = 882311)\n   OR (event_id = 882400)');
    await page.getByRole('button', { name: 'Open in SQL' }).click();
    await until('asked', () => server.playground.asked.has(sql));
    assert.match(await page.title(), /^SQL/);
  });
});

test('SQL: a query is cancelled in the daemon, an answer becomes a chart', fakeOnly, async () => {
  await onPage({ query: '?sql=SELECT+hours#sql', noisy: true }, async (page) => {
    await until('the editor', () => page.locator('.cm-content').count());
    await page.getByRole('button', { name: 'Run' }).click();
    await until('under way', () => server.playground.slow.size === 1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await until('ended there', () => server.playground.slow.size === 0);
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('SELECT 1 LIMIT 30');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Chart' }).click();
    await until('bars', () => page.locator('.result-chart svg .mark-rect path').count());
    await page.getByLabel('Form').selectOption('line');
    await page.getByLabel('x', { exact: true }).selectOption('id');
    await until('a line', () => page.locator('.result-chart svg .mark-line path').count());
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
    assert.deepEqual(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]), []);
    await page.getByRole('button', { name: 'Chart' }).click();
    await until('the grid', () => page.locator('.grid [role=gridcell]').count());
  });
});

test('Ctrl+K goes to whatever has a name', async () => {
  await onPage({}, async (page) => {
    await page.keyboard.press('Control+k');
    await until('the palette', () => page.getByRole('dialog').count());
    await page.keyboard.type('bronze.users');
    await until('found', async () => /bronze\.users/.test(await page.locator('.palette [aria-selected=true]').innerText()));
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
    assert.deepEqual(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]), []);
    await page.keyboard.press('Enter');
    await until('the node', async () => (await page.evaluate(() => document.activeElement.dataset.id)) === 'bronze.users');
    assert.equal(new URL(page.url()).searchParams.get('node'), 'bronze.users');
    await page.getByRole('tab', { name: 'Schema' }).click();
    await until('columns', async () => (await page.locator('.tab dd.mono').count()) > 2);
    await page.keyboard.press('Control+k');
    await until('the palette again', () => page.getByRole('dialog').count());
    await page.keyboard.type('grade');
    await until('found', async () => /grade/i.test(await page.locator('.palette [aria-selected=true]').innerText()));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await until('the page', async () => (await page.title()).startsWith('Grade'));
    await page.keyboard.press('/');
    await until('search', () => page.getByRole('dialog').count());
    await page.keyboard.press('Escape');
    await until('closed', async () => (await page.getByRole('dialog').count()) === 0);
  });
});

test('runs: activities as bars, the failure in words, another run by click', fakeOnly, async () => {
  await onPage({ query: '#runs' }, async (page) => {
    const row = page.locator('.bar', { hasText: 'sales_by_day' });
    const card = await row.locator('.problem').innerText();
    assert.match(card, /sales_by_day\.sql:4:12:/);
    assert.match(card, /expected: value, order_id.*\n+did you mean value\?\n+correct the name/s);
    assert.equal(await row.locator('.problem mark').innerText(), 'o.valu');
    assert.deepEqual(await page.locator('.bar .text').allInnerTexts(), ['copy_orders', 'copy_items', 'users', 'pageviews',
      'stars', 'orders', 'sales_by_day', 'items', 'engagements'], 'in the order in which they began');
    assert.equal(await page.locator('.bar').count(), 9);
    assert.deepEqual(await page.locator('.bar .expected').allInnerTexts(), ['▲ latency_is_possible: quarantined 1\u202f204']);
    await page.locator('.run').nth(1).click();
    await until('a run without failure', async () => (await page.locator('.gantt .failure').count()) === 0);
  });
});

test('freeze, speed and re-run reach the daemon', fakeOnly, async () => {
  await onPage({}, async (page) => {
    await page.getByRole('button', { name: 'Freeze the clock' }).click();
    await until('frozen', () => server.playground.frozen);
    await page.getByRole('button', { name: 'Let the clock run' }).click();
    await until('running', () => !server.playground.frozen);
    await page.getByLabel('Clock speed').selectOption('600');
    await until('speed', () => server.playground.speed === 600);
    await page.keyboard.press('Escape');
    await page.evaluate(() => void (location.hash = 'runs'));
    await page.locator('.inputs summary').nth(2).click();
    assert.deepEqual(await page.locator('.inputs[open] dl > div').allInnerTexts(),
      ['file\nusers.sql', 'bronze.users\nfiles', 'silver.users\nversion 3']);
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
    assert.deepEqual(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]), []);
    const goOn = page.getByRole('button', { name: 'Go on from what failed' });
    await goOn.click();
    await until('a run from there', () => server.playground.runs[0].rerun_of === 'run-7f3a');
    await until('what was kept', async () => (await page.locator('.bar .took', { hasText: 'kept' }).count()) === 8);
    assert.equal(await goOn.count(), 0, 'nothing failed in it');
    const before = server.playground.runs.length;
    await page.getByRole('button', { name: 'Re-run medallion' }).click();
    await until('a run', () => server.playground.runs.length === before + 1);
  });
});

test('reconnects after a restart', fakeOnly, async () => {
  await onPage({ noisy: true }, async (page) => {
    await until('live', async () => (await pill(page)).includes('live'));
    const { port } = server;
    await server.close();
    await until('reconnecting', async () => (await pill(page)).includes('reconnecting'));
    server = await start(port);
    await until('live again', async () => (await pill(page)).includes('live'));
  });
});

test('many tabs share one stream, and the next takes over', async () => {
  await onPage({}, async (page, { context }) => {
    const others = [];
    for (let i = 0; i < 7; i++) {
      others.push(await context.newPage());
      await others[i].goto(home);
    }
    for (const tab of others) await until('a tab shows nodes', () => tab.locator('.node').count());
    for (const tab of others) await until('a tab is live', async () => (await pill(tab)).includes('live'));
    if (!real) assert.equal(server.streams.size, 1);
    await page.close();
    if (!real) await until('one stream again', () => server.streams.size === 1);
    const time = () => others[6].locator('time').first().innerText();
    const last = await time();
    await until('the last tab goes on', async () => (await time()) !== last);
  });
});

const bounce = process.env.HRISTE_BOUNCE; // a command that kills the daemon and starts it again
test('the daemon is killed and comes back: so does the page', { skip: !bounce }, async () => {
  await onPage({ noisy: true }, async (page) => {
    await until('live', async () => (await pill(page)).includes('live'));
    await page.locator('.node').nth(1).click();
    const id = await page.locator('.node').nth(1).getAttribute('data-id');
    const done = promisify(execFile)('/bin/sh', ['-c', bounce]);
    await until('noticed', async () => !(await pill(page)).includes('live'), 60_000);
    await done;
    await until('live again, without a new login', async () => (await pill(page)).includes('live'), 60_000);
    assert.equal(new URL(page.url()).searchParams.get('node'), id, 'the reader stands where they stood');
    const rows = await page.evaluate(() => fetch('v1/tables').then((r) => r.status));
    assert.equal(rows, 200);
  });
});

test('a stopped playground looks stopped and says how it goes on', fakeOnly, async () => {
  await onPage({ noisy: true }, async (page) => {
    await until('live', async () => (await pill(page)).includes('live'));
    const { port } = server;
    await server.stop();
    await until('stopped', async () => (await pill(page)).includes('stopped'));
    const notice = page.getByRole('alert').filter({ hasText: 'This playground is stopped' });
    assert.match(await notice.innerText(), /hriste start/);
    assert.match(await page.locator('main').evaluate((main) => getComputedStyle(main).filter), /grayscale/);
    assert.ok(await page.getByLabel('Clock speed').isDisabled());
    await until('not forgotten', async () => (await pill(page)).includes('stopped'));
    server = await start(port);
    await until('live again', async () => (await pill(page)).includes('live'));
    assert.equal(await notice.count(), 0);
  });
});

test('wall times are in the zone of the reader, and playground time says that it is', fakeOnly, async () => {
  await onPage({ query: '#runs', timezoneId: 'Europe/Prague' }, async (page) => {
    assert.match((await page.locator('.run .when').first().innerText()).trim(), /^2026-06-01 02:05:00 (CEST|GMT\+2)$/);
    assert.match(await page.locator('.triggers').innerText(), /next 2026-06-01 00:30:00 playground time/);
    assert.match(await page.locator('header .clock').innerText(), /playground/i);
  });
});

test('nothing is clipped at 1024 pixels', fakeOnly, async () => {
  for (const name of ['map', 'streams', 'sql', 'dashboards', 'notebooks', 'runs', 'grade', 'alerts', 'ml']) {
    await onPage({ query: `#${name}`, viewport: { width: 1024, height: 768 }, empty: name === 'notebooks' }, async (page) => {
      await page.locator('main .panel, main .prose').first().waitFor();
      const clipped = await page.evaluate(() => {
        const cut = (e) => {
          const { overflowX } = getComputedStyle(e);
          return overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1 && !e.title && !e.closest('[title], .vh, .cm-editor, canvas');
        };
        const out = (e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .grid, pre, [style*=overflow], .vh');
        return [...document.querySelectorAll('header *, main *')].filter((e) => e.offsetParent && e.children.length === 0 && e.textContent.trim() && (cut(e) || out(e))).map((e) => e.outerHTML.slice(0, 160));
      });
      assert.deepEqual(clipped, [], name);
    });
  }
});

test('an empty playground and a lost login say what to do', fakeOnly, async () => {
  server.playground.bare = true;
  await onPage({ empty: true }, async (page) => {
    for (const [name, command] of [['map', 'script/up'], ['dashboards', 'hriste_dashboard'], ['streams', 'script/up'], ['runs', 'hriste run'], ['grade', 'hriste grade'], ['alerts', 'alert = true']]) {
      await page.evaluate((hash) => void (location.hash = hash), name);
      await until(name, async () => (await page.locator('.empty').allInnerTexts()).join().includes(command));
    }
    await page.evaluate(() => void (location.hash = 'map'));
  });
  server.playground.bare = false;
  server.playground.loggedOut = true;
  await onPage({ empty: true, noisy: true }, async (page) => {
    await until('advice', async () => (await page.locator('.waiting').innerText()).includes('hriste open'));
    server.playground.loggedOut = false;
    await until('comes back', () => page.locator('.node').count());
    server.playground.loggedOut = true;
    for (const stream of server.streams) stream.destroy();
    const notice = page.getByRole('alert').filter({ hasText: 'hriste open' });
    await until('notice over old figures', () => notice.count());
    server.playground.loggedOut = false;
    await until('live again', async () => (await pill(page)).includes('live'));
    assert.equal(await notice.count(), 0);
  });
});

test('start-up stays small and speaks to nobody else', async () => {
  const sizeOf = async (...names) => {
    let size = 0;
    for (const name of names) size += gzipSync(await readFile(new URL(`assets/${name}`, DIST)), { level: 9 }).length;
    return size;
  };
  const start = await sizeOf('app.js', 'index.css');
  assert.ok(start > 5_000 && start <= 60_000, `${start} bytes at the start`);
  const editor = await sizeOf('editor.js');
  assert.ok(editor <= 130_000, `${editor} bytes of editor`);
  const charts = await sizeOf('charts.js');
  assert.ok(charts <= 300_000, `${charts} bytes of charts`);
  assert.deepEqual((await readdir(new URL('assets/', DIST))).toSorted(), ['app.js', 'charts.js', 'editor.js', 'index.css']);
});

test('every colour has its contrast on the surface, in both themes', async () => {
  const css = await readFile(new URL('../../web/src/style.css', import.meta.url), 'utf8');
  const colours = Object.fromEntries(
    [...css.matchAll(/--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, ...pair]) => [name, pair]));
  const least = { text: 7, edge: 3 };
  const named = ['text', 'muted', 'edge', 'accent', 'source', 'stream', 'bronze', 'silver', 'gold', 'ok', 'warn', 'fail'];
  for (const name of named) {
    for (const theme of [0, 1]) {
      const ratio = contrast(colours[name][theme], colours.surface[theme]);
      assert.ok(ratio >= (least[name] ?? 4.5), `${name} ${ratio.toFixed(1)}`);
    }
  }
});

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('training runs: constant parameters hidden, two compared, weights drawn on demand', fakeOnly, async () => {
  await onPage({ query: '#ml' }, async (page) => {
    const table = page.getByRole('region', { name: 'Training runs' });
    await until('runs', () => table.locator('tbody tr').count());
    const heads = () => table.locator('th').allInnerTexts();
    assert.ok((await heads()).includes('penalty'));
    assert.ok(!(await heads()).includes('target'), 'the same in all runs');
    await page.getByLabel(/constant parameters/).check();
    await until('it is shown', async () => (await heads()).includes('target'));
    const score = (await heads()).findIndex((head) => head === 'test R²');
    assert.equal((await heads())[score + 1], 'test ceiling');
    await page.getByLabel('Filter runs').fill('ridge failed');
    await until('one run', async () => (await table.locator('tbody tr').count()) === 1);
    assert.match(await table.locator('tbody').innerText(), /48 weights need more/);
    await page.getByLabel('Filter runs').fill('');
    await until('all runs', async () => (await table.locator('tbody tr').count()) > 2);
    for (const box of [0, 2]) await table.getByRole('checkbox').nth(box).check();
    const sides = page.getByRole('region', { name: 'Two runs side by side' });
    assert.match(await sides.locator('.differs').first().innerText(), /algorithm\s+ridge\s+linear/);
    assert.equal(new URL(page.url()).searchParams.get('compare'), 'c3,a1');
    await page.reload();
    await until('the comparison after a reload', () => sides.count());
    const model = page.getByRole('region', { name: 'Model order_value' });
    assert.match(await model.innerText(), /champion/);
    assert.match(await model.innerText(), /does not beat version 2/);
    assert.match(await model.innerText(), /Weights of version 2/);
    assert.equal(await page.locator('.vega svg').count(), 0, 'no chart unless asked for');
    await model.getByRole('button', { name: 'version 3' }).click();
    await until('its weights', async () => /Weights of version 3/.test(await model.innerText()));
    await model.getByRole('button', { name: 'Chart' }).click();
    await until('the chart', () => page.locator('.vega svg').count());
  });
});
