// Editing in the browser, on a real playground: HRISTE_URL is a login address, HRISTE_WATCH a command
// that runs `hriste watch` there, HRISTE_FOLDER the playground's files. SHOTS: a folder for pictures.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { launch, opened, until } from './browser.mjs';

const SALES = `${process.env.HRISTE_FOLDER}/sql/gold_sales_by_day.sql`;
let browser;
let page;
let home;
let watch;
let said = ''; // in the watch's terminal
const noise = [];

before(async () => {
  browser = await launch();
  page = await opened(browser, noise);
  home = new URL('/', page.url()).href;
});

after(async () => {
  await browser?.close();
  if (watch && watch.exitCode === null) {
    watch.kill('SIGINT');
    await once(watch, 'exit');
  }
});

const button = (name) => page.getByRole('button', { name });
const text = () => page.locator('.edit .cm-content');
const wrong = () => page.locator('.edit-answer > .failure');
const refused = () => page.locator('.edit-text > .failure');
const saving = () => page.getByRole('status', { name: 'Saving' }).innerText();

async function edit(id) {
  await page.goto(`${home}#/map/edit/${id}`);
  await until('the editor', () => text().count());
}

/** Replaces in the text as it is applied. */
async function write(old, next) {
  const source = await page.evaluate((id) =>
    fetch('v1/overview').then((r) => r.json()).then((o) => o.nodes.find((n) => n.id === id).source.text),
  page.url().split('/edit/')[1]);
  assert.ok(source.includes(old), `${old} is in ${source}`);
  await text().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(source.replace(old, next));
}

async function shoot(name) {
  if (!process.env.SHOTS) return;
  for (const [theme, width] of [['dark', 1440], ['light', 1440], ['dark', 400], ['light', 400]]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    await new Promise((done) => setTimeout(done, 400));
    await page.screenshot({ path: `${process.env.SHOTS}/${name}-${theme}-${width}.png`, fullPage: width === 400 });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('a mistake is marked while it is written, and the draft survives a reload', async () => {
  await page.locator('.node[data-id="gold.sales_by_day"]').click();
  await page.getByRole('tab', { name: 'Source' }).click();
  await button('Edit').click();
  await until('the editor', () => text().count());
  await write('count(*) AS orders,', 'count(*) + nothing AS orders,');
  await until('what is wrong', () => wrong().count());
  const card = await wrong().innerText();
  assert.match(card, /gold_sales_by_day\.sql:16:14: .*nothing/);
  assert.equal(await wrong().locator('mark').innerText(), 'nothing');
  await until('its mark', () => page.locator('.cm-lintRange-error').count());
  await shoot('mistake');
  await page.reload();
  await until('the draft', async () => (await text().count()) && (await text().innerText()).includes('+ nothing'));
  await until('checked again', () => wrong().count());
  assert.ok(await button('Save and apply').isDisabled());
  assert.match(await saving(), /run hriste watch/);
});

test('mended, it is previewed and compared with what is applied', async () => {
  await write('count(*) AS orders,', 'count(*) + 1 AS orders,');
  await until('nothing is wrong', async () => (await wrong().count()) === 0);
  assert.match(await page.locator('.diff .removed').innerText(), /^−   count\(\*\) AS orders,/);
  assert.match(await page.locator('.diff .added').innerText(), /^\+   count\(\*\) \+ 1 AS orders,/);
  await shoot('changes');
  await text().click();
  await page.keyboard.press('Control+Enter');
  await until('rows', () => page.locator('.edit .grid [role=gridcell]').count());
  assert.match(await page.locator('.part h2').innerText(), /^gold\.sales_by_day \d+ rows · ~\d+ rows$/);
  assert.match(await page.locator('.part').innerText(), /✕ orders_have_items: \d+ rows? fails? it \(warn\)|✓ orders_have_items/);
  await shoot('preview');
  assert.match(await readFile(SALES, 'utf8'), /count\(\*\) AS orders,/, 'no file was touched');
});

test('hriste watch writes it, applies it, and the grade says so', async () => {
  watch = spawn('bash', ['-c', process.env.HRISTE_WATCH], { stdio: ['ignore', 'pipe', 'inherit'] });
  watch.stdout.on('data', (data) => (said += data));
  await until('the watch', () => said.includes('watching'));
  await until('it is seen', async () => !(await button('Save and apply').isDisabled()));
  await button('Save and apply').click();
  await until('written', async () => /sql\/gold_sales_by_day\.sql: \+1 −1/.test(await saving()));
  assert.match(said, /the page writes sql\/gold_sales_by_day\.sql: \+1 −1\n +16 - +count\(\*\) AS orders,\n +16 \+ +count\(\*\) \+ 1 AS orders,\n/);
  assert.match(await readFile(SALES, 'utf8'), /count\(\*\) \+ 1 AS orders,/);
  await until('applied', async () => /applied in .* changed by you/.test(await saving()), 120_000);
  await until('no draft is left', async () => (await page.locator('.diff').count()) === 0);
  assert.match(said, /gold sales_by_day: right → changed by you/);
  await shoot('saved');
});

test('what somebody changed meanwhile is not overwritten', async () => {
  const mine = await readFile(SALES, 'utf8');
  await write('count(*) + 1 AS orders,', 'count(*) + 2 AS orders,');
  await until('a draft', async () => !(await button('Save and apply').isDisabled()));
  // A text that no apply takes: the file and what is applied stay different.
  await writeFile(SALES, mine.replace('\nSELECT\n', '\nSELEC\n'));
  await until('not applied', () => said.includes('not applied'), 60_000);
  await button('Save and apply').click();
  await until('refused', () => refused().count());
  assert.match(await refused().innerText(), /sql\/gold_sales_by_day\.sql was changed since it was applied/);
  assert.match(await readFile(SALES, 'utf8'), /SELEC\n/);
  await shoot('refused');
  const applies = said.split('applied in').length;
  await writeFile(SALES, mine);
  await until('mended', () => said.split('applied in').length > applies, 60_000);
  await button('Discard').click();
  noise.splice(0, noise.length, ...noise.filter((line) => !/412/.test(line)));
});

test('streams, dashboards and notebook cells are edited alike', async () => {
  await edit('hriste_stream_job.traffic');
  await write('TumblingWindow(minute, 5)', 'TumblingWindw(minute, 5)');
  await until('what is wrong', () => wrong().count());
  assert.match(await wrong().innerText(), /traffic\.asaql:\d+:\d+: [\s\S]*TumblingWindow/);
  await button('Discard').click();
  await until('as applied', async () => (await wrong().count()) === 0);

  await page.goto(`${home}?dashboard=shop#/dashboards`);
  await button('Edit').click();
  await until('the editor', () => text().count());
  await write('gold.sales_by_day', 'gold.sales_by_dy');
  await until('what is wrong', () => wrong().count());
  assert.match(await wrong().innerText(), /shop\.md:\d+:\d+: [\s\S]*gold\.sales_by_day/);
  await shoot('dashboard');
  await button('Discard').click();
  await button('Preview').click();
  await until('its queries', async () => (await page.locator('.part').count()) > 1);

  await page.goto(`${home}?notebook=tour#/notebooks`);
  await until('cells', () => page.locator('.nb-cell').count());
  await shoot('notebook');
  await page.locator('.nb-cell').last().getByRole('button', { name: /^Edit the cell/ }).click();
  await until('the editor', () => text().count());
  await button('Preview').click();
  await until('its cells', async () => (await page.locator('.part').count()) > 1);
  await button('Close').click();
  await until('the notebook', () => page.locator('.nb-cell').count());
  assert.deepEqual(noise, []);
});
