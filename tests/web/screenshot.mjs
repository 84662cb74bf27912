// Takes the documentation's pictures: HRISTE_URL=<login address> node screenshot.mjs FILE [ADDRESS [BUTTON]].
// ADDRESS is what stands behind the page's own, "?dashboard=shop#dashboards"; BUTTON is pressed first.
// Without HRISTE_URL the stand-in server is shown. WIDTH (1440 pixels) and THEME (dark) say how.
import { start } from '../../web/dev/fake-server.mjs';
import { launch } from './browser.mjs';

const [path, address, button] = process.argv.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const server = process.env.HRISTE_URL ? null : await start(0);
const browser = await launch();
const { WIDTH = '1440', THEME = 'dark' } = process.env;
const page = await browser.newPage({ colorScheme: THEME, viewport: { width: Number(WIDTH), height: 812 } });
await page.goto(process.env.HRISTE_URL ?? server.url);
if (address) await page.goto(new URL(`/${address}`, page.url()).href);
await page.locator('main .panel, main .prose').first().waitFor();
await pause(2000);
if (button) await page.getByRole('button', { name: button, exact: true }).first().click();
await pause(3000); // let figures and dots settle
await page.screenshot({ path });
await browser.close();
await server?.close();
