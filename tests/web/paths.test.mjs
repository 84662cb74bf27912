// What a learner clicks, on a real playground: HRISTE_URL is a login address, HRISTE_APPLY a command
// that adds one to each figure `orders` of gold.sales_by_day, renames a figure of the dashboard
// *Shop*, and applies.
import assert from 'node:assert/strict';
import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { launch, opened, settled, until } from './browser.mjs';

let browser;
let page;
const noise = [];

before(async () => {
  browser = await launch();
  page = await opened(browser, noise);
});

after(async () => {
  await browser?.close();
});

const open = async (name) => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  await until(name, async () => (await page.title()).startsWith(name));
};
const button = (name) => page.getByRole('button', { name });
const clock = async () => Date.parse(await page.locator('header time').getAttribute('datetime'));

test('SQL asks, and the answer becomes a file', async () => {
  await open('SQL');
  await until('the editor', () => page.locator('.cm-content').count());
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM silver.users');
  await page.keyboard.press('Control+Enter');
  await until('an answer', () => button('Save CSV').count());
  const [file] = await Promise.all([page.waitForEvent('download'), button('Save CSV').click()]);
  assert.match(await readFile(await file.path(), 'utf8'), /^n,ids\r\n(\d+),\1\r\n$/);
});

test('streams: only one key, and the stream stands still', async () => {
  await open('Streams');
  const lines = page.locator('tbody tr');
  await until('events', async () => (await lines.count()) > 3);
  await button('Pause').click();
  await settled('it stands still', () => lines.first().innerText(), 700);
  const all = await lines.count();
  const key = await lines.nth(2).locator('button').innerText();
  await lines.nth(2).locator('button').click();
  await until('fewer', async () => (await lines.count()) < all);
  for (const text of await lines.allInnerTexts()) assert.ok(text.includes(key), text);
  await page.getByLabel('Filter').fill('');
  await button('Go on').click();
  await until('it goes on', async () => (await lines.count()) > all);
});

test('the clock is frozen, stepped and sped up', async () => {
  await button('Freeze the clock').click();
  await until('frozen', () => button('Let the clock run').count());
  const before = await settled('it stands', clock, 1200);
  await page.locator('.jump summary').click();
  await button('+1 min').click();
  await until('a minute later', async () => (await clock()) === before + 60_000);
  await page.getByLabel('Clock speed').selectOption('600');
  await button('Let the clock run').click();
  await until('faster', async () => (await clock()) > before + 300_000);
  await page.getByLabel('Clock speed').selectOption('60');
});

test('a notebook is run with a parameter', async () => {
  await open('Notebooks');
  await page.getByLabel('Notebook', { exact: true }).selectOption('tour');
  const status = page.locator('.notebook-run [role=status]');
  await until('its last run', async () => /succeeded|not run/.test(await status.innerText()));
  const before = await status.innerText();
  await page.getByRole('textbox', { name: 'kraj' }).fill('Zlínský kraj');
  await button('Run all').click();
  await until('another run', async () => /succeeded/.test(await status.innerText()) && (await status.innerText()) !== before);
  assert.equal(await page.locator('.cells .failure').count(), 0);
  await until('its pictures', () => page.locator('.cells .vega svg').count());
  await page.locator('.outline button').last().click();
  await until('the last heading', () => page.locator('.cells > :focus').count());
});

test('the champion and its weights', async () => {
  await open('ML');
  const model = page.getByRole('region', { name: 'Model order_value' });
  await until('versions', () => model.getByRole('region', { name: /^Versions/ }).locator('tbody tr').count());
  assert.match(await model.innerText(), /champion/);
  await model.getByRole('button', { name: 'Chart' }).click();
  await until('the chart', () => model.locator('.vega svg').count());
});

test('a run is started and looked at', async () => {
  await open('Runs');
  const runs = page.locator('.run-list .run');
  const ended = () => page.locator('.run-list .run .vh').allInnerTexts();
  const before = await runs.count();
  await button('Re-run refine').click();
  await until('one more', async () => (await runs.count()) === before + 1);
  await until('its end', async () => /succeeded/.test((await ended())[0]), 60_000);
  await runs.first().click();
  await until('its activities', async () => (await page.locator('.gantt .bar').count()) > 10);
  assert.equal(await page.locator('.gantt .failure').count(), 0);
});

test('a dashboard shows what was applied, and the grade leads to the rows that differ now', async () => {
  await open('Dashboards');
  await page.getByLabel('Dashboard', { exact: true }).selectOption('shop');
  const figure = page.locator('figure.is-number').first();
  await until('a figure', async () => /orders\s+\d/.test(await figure.innerText()));
  const before = await figure.locator('.figure').innerText();
  await promisify(exec)(process.env.HRISTE_APPLY);
  await until('its new title', async () => /orders and one/.test(await figure.innerText()));
  await until('another figure', async () => (await figure.locator('.figure').innerText()) !== before);
  await open('Grade');
  // A query that was edited is nobody's mistake: the check says what was changed, and shows the rows.
  const changed = page.locator('tr', { has: page.locator('td.changed') }).filter({ hasText: 'sales_by_day' }).first();
  await until('a changed check', () => changed.count());
  assert.match(await changed.innerText(), /changed by you/);
  assert.equal(await page.locator('tr.wrong').count(), 0);
  await changed.locator('.drill summary').click();
  assert.match(await changed.locator('.drill summary').innerText(), /missing 0 · extra 0 · different [1-9]/);
  await changed.getByRole('button', { name: 'Open in SQL' }).click();
  await until('its rows', () => page.locator('.grid [role=gridcell]').count());
  assert.match(new URL(page.url()).searchParams.get('sql'), /FROM gold\.sales_by_day\nWHERE \(day = '/);
});

test('nothing was logged', () => assert.deepEqual(noise, []));
