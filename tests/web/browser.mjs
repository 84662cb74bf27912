// The browser, and how to wait for what it shows.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/** A page at HRISTE_URL with its map shown. What the browser complains of goes into `noise`. */
export async function opened(browser, noise) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // The editor's library tries an inline style at its start, which the policy refuses without harm.
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) &&
    !m.text().startsWith('Applying inline style') && noise.push(m.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  await page.goto(process.env.HRISTE_URL);
  await until('the map', () => page.locator('.node').count());
  return page;
}

/** Polls: the browser's own waiting functions need `eval`, which the page's policy forbids. */
export async function until(what, probe, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until `read` gives the same for `ms`: what is under way has arrived. */
export async function settled(what, read, ms = 1500) {
  let last = await read();
  let since = Date.now();
  await until(what, async () => {
    const now = await read();
    if (now !== last) [last, since] = [now, Date.now()];
    return Date.now() - since >= ms;
  });
  return last;
}
