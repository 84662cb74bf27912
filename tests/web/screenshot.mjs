// Takes the README's picture: HRISTE_URL=<login address> node screenshot.mjs FILE [NODE-ID].
// Without HRISTE_URL the stand-in server is shown.
import { chromium } from 'playwright-core';
import { start } from '../../web/dev/fake-server.mjs';

const [path, node] = process.argv.slice(2);
const server = process.env.HRISTE_URL ? null : await start(0);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ colorScheme: 'dark', viewport: { width: 1440, height: 812 } });
await page.goto(process.env.HRISTE_URL ?? server.url);
if (node) await page.goto(new URL(`/?node=${encodeURIComponent(node)}`, page.url()).href);
await page.locator('.node').first().waitFor();
await new Promise((resolve) => setTimeout(resolve, 3000)); // let figures and dots settle
await page.screenshot({ path });
await browser.close();
await server?.close();
