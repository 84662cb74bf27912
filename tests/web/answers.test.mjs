// What an answer looks like: where the cells stand, what is painted in them, and that a value is
// the same in the grid and in files. On the stand-in server, whose answers are fake-answers.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { ANSWERS } from '../../web/dev/fake-answers.mjs';
import { start } from '../../web/dev/fake-server.mjs';
import { launch, until } from './browser.mjs';

let browser;
let server;

before(async () => {
  server = await start(0);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Runs `body` on the console with the answer to `SELECT <name>`. */
async function withAnswer(name, options, body) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const noise = [];
  page.on('pageerror', (error) => noise.push(String(error)));
  try {
    await page.goto(`${server.url}?sql=SELECT+${name}#sql`);
    await until('the editor', () => page.locator('.cm-content').count());
    await page.getByRole('button', { name: 'Run' }).click();
    await until('the answer', () => page.locator('.grid [role=gridcell], .ask .failure').count());
    await body(page, context);
    assert.deepEqual(noise, []);
  } finally {
    await context.close();
  }
}

const boxesOf = (page, selector) =>
  page.locator(selector).evaluateAll((all) => all.map((e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return { left, right, top, bottom, cut: e.scrollWidth > e.clientWidth, row: Number(e.parentElement.getAttribute('aria-rowindex')) };
  }));

/** Each column has one left and one right edge, in the head and in all rows; nothing overlaps. */
async function assertColumnsStand(page, within = '.grid') {
  const heads = await boxesOf(page, `${within} [role=columnheader]`);
  const cells = await boxesOf(page, `${within} .grid-body [role=gridcell]`);
  assert.equal(cells.length % heads.length, 0);
  cells.forEach((cell, i) => {
    const head = heads[i % heads.length];
    assert.ok(Math.abs(cell.left - head.left) < 0.6 && Math.abs(cell.right - head.right) < 0.6,
      `cell ${i}: ${JSON.stringify(cell)} under ${JSON.stringify(head)}`);
  });
  heads.slice(1).forEach((head, i) => assert.ok(head.left >= heads[i].right - 0.6, `head ${i + 1} begins behind head ${i}`));
  const [box] = await boxesOf(page, within);
  assert.ok(Math.abs(heads[0].left - box.left) < 2, 'the first column is in view');
  return { heads, cells, box };
}

/** Whether text is painted in each of `boxes`: more than one colour between its edges. */
async function inked(page, context, boxes) {
  const shot = (await page.screenshot()).toString('base64');
  const blank = await context.newPage();
  try {
    return await blank.evaluate(async ([base64, all]) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
      context.drawImage(image, 0, 0);
      return all.map(({ left, top, right, bottom }) => {
        const { data } = context.getImageData(left + 4, top + 3, right - left - 8, bottom - top - 6);
        const colours = new Set();
        for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
        return colours.size > 3;
      });
    }, [shot, boxes]);
  } finally {
    await blank.close();
  }
}

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1280, 320]) {
    test(`columns stand under their heads and rows are painted, ${colorScheme}, ${width} px`, async () => {
      for (const name of ['wide', 'nulls', 'narrow', 'lines', 'twice', 'exact']) {
        await withAnswer(name, { colorScheme, viewport: { width, height: 1300 } }, async (page, context) => {
          const { heads, cells, box } = await assertColumnsStand(page);
          const inView = cells.filter((c, i) => i % heads.length === 0 && c.bottom <= box.bottom && c.right <= box.right);
          assert.ok(inView.length > 0, `${name}: a first cell is in view`);
          const first = inView.filter((c) => ANSWERS[name]?.rows[c.row - 2]?.[0] !== '');
          const painted = await inked(page, context, first);
          assert.deepEqual(painted, first.map(() => true), `${name}: the first cell of every row is painted`);
        });
      }
    });
  }
}

test('a text that has room is not cut; a long one ends with dots and stays in its column', async () => {
  await withAnswer('wide', {}, async (page) => {
    const { heads, cells } = await assertColumnsStand(page);
    const widths = heads.map((head) => head.right - head.left);
    assert.ok(Math.max(...widths) <= 361, `${widths}`);
    cells.forEach((cell, i) => assert.ok(!cell.cut || widths[i % heads.length] >= 359, `cell ${i} is cut at ${widths[i % heads.length]} px`));
    heads.forEach((head, i) => assert.ok(!head.cut || widths[i] >= 359, `head ${i} is cut`));
  });
});

test('keys reach every column, and the table scrolls along', async () => {
  await withAnswer('wide', {}, async (page) => {
    const grid = page.getByRole('grid');
    await grid.focus();
    await page.keyboard.press('End');
    const chosen = page.locator('[role=gridcell][aria-selected=true]');
    await until('the last cell', async () => (await chosen.innerText()) === 'end 0');
    await until('it is in view', async () => {
      const [cell, box] = [await chosen.boundingBox(), await grid.boundingBox()];
      return cell.x >= box.x - 1 && cell.x + cell.width <= box.x + box.width + 1;
    });
    await page.keyboard.press('Home');
    await until('back at the first', async () => (await grid.evaluate((e) => e.scrollLeft)) === 0);
  });
});

test('an empty answer shows its columns; an error its words', async () => {
  await withAnswer('empty', {}, async (page) => {
    assert.equal(await page.locator('.grid [role=columnheader]').count(), 4);
    assert.match(await page.locator('.grid').innerText(), /No rows\./);
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('SELECT 1 FROM nowhere');
    await page.keyboard.press('Control+Enter');
    await until('the words', async () => (await page.locator('.ask .failure').innerText()).includes('table nowhere does not exist'));
    assert.equal(await page.getByRole('grid').count(), 0);
  });
});

test('an answer that was cut says so', async () => {
  await withAnswer('cut', {}, async (page) => assert.match(await page.locator('.tools-row [role=status]').innerText(), /truncated: the first 2 rows/));
});

async function saved(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return readFile(await file.path(), 'utf8');
}

test('numbers keep all their digits: grid, CSV, JSON', async () => {
  await withAnswer('exact', {}, async (page) => {
    const cells = await page.locator('.grid-body [role=gridcell]').allInnerTexts();
    assert.deepEqual(cells.slice(0, 5),
      ['9007199254740993', '-9223372036854775808', '-0.0', '123456789012345678901234567890123456.78', '{"id":9007199254740993}']);
    const csv = await saved(page, 'Save CSV');
    assert.equal(csv, 'b,t,d,m,j\r\n' +
      '9007199254740993,-9223372036854775808,-0.0,123456789012345678901234567890123456.78,"{""id"":9007199254740993}"\r\n' +
      '7,,NaN,0.10,x\r\n7,8,Infinity,,""\r\n');
    const json = await saved(page, 'Save JSON');
    assert.equal(json.split('\n')[0],
      '{"b":9007199254740993,"t":-9223372036854775808,"d":-0.0,"m":"123456789012345678901234567890123456.78","j":"{\\"id\\":9007199254740993}"}');
    assert.equal(json.split('\n')[1], '{"b":7,"t":null,"d":"NaN","m":"0.10","j":"x"}');
    await page.getByRole('button', { name: 'Chart' }).click();
    await until('a chart', () => page.locator('.vega svg').count());
    assert.doesNotMatch(await page.locator('.result-chart').innerText(), /NaN|Infinity/);
  });
});

test('columns of one name are all there: grid, CSV, JSON, chart', async () => {
  await withAnswer('twice', {}, async (page) => {
    assert.deepEqual(await page.locator('[role=columnheader]').allInnerTexts(), ['a', 'a', 'b', 'a']);
    assert.deepEqual(await page.locator('.grid-body [role=gridcell]').allInnerTexts(), ['1', '2', 'x', '3']);
    assert.equal(await saved(page, 'Save CSV'), 'a,a,b,a\r\n1,2,x,3\r\n');
    assert.equal(await saved(page, 'Save JSON'), '{"a":1,"a_2":2,"b":"x","a_3":3}\n');
    assert.match(await page.locator('.tools-row [role=status]').innerText(), /columns of one name/);
    await page.getByRole('button', { name: 'Chart' }).click();
    await until('a chart', () => page.locator('.vega svg').count());
    assert.deepEqual(await page.getByLabel('y', { exact: true }).locator('option').allInnerTexts(), ['a', 'a_2', 'b', 'a_3']);
  });
});

test("a dashboard's table stands as the console's does", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  await page.goto(`${server.url}?dashboard=shop#dashboards`);
  await until('the table', () => page.locator('figure.is-table [role=gridcell]').count());
  await assertColumnsStand(page, 'figure.is-table .grid');
  await page.close();
});
