// Bundles and receipts are checked in the browser, and no request carries anything of the file.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { LOOKS, axe, shot } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { download, lines, openRound, takeOut, upload } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

describe('checking where the file is', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  /**
   * Gives files to the page; what it says of them.
   *
   * @param {Page} page
   * @param {{ name: string, bytes: Buffer }[]} files
   */
  async function given(page, files) {
    await page.goto('/verify/bundle');
    /** @type {string[]} */
    const sent = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET' || request.postData() !== null) sent.push(`${request.method()} ${request.url()}`);
    });
    const input = page.locator('#verifier-files');
    await input.waitFor();
    await input.setInputFiles(
      files.map(({ name, bytes }) => ({ name, mimeType: 'application/octet-stream', buffer: bytes })),
    );
    const result = page.locator('#verifier-result[data-good]');
    await result.waitFor();
    assert.deepEqual(sent, []);
    return { good: await result.getAttribute('data-good'), text: await result.innerText() };
  }

  test('a good bundle is good, and one with a changed byte is not', async (t) => {
    const page = await enter(t, portal, 'officer1');
    await page.goto('/review');
    const desk = await page.locator('main a[href^="/review/"]').first().getAttribute('href');
    await page.goto(desk ?? '');
    const address = await page.getByRole('link', { name: '证据包' }).getAttribute('href');
    const { bytes } = await download(page, address ?? '');
    const good = await given(page, [{ name: 'bundle.zip', bytes }]);
    assert.equal(good.good, 'yes', good.text);
    assert.match(good.text, /核验通过：文件在所示时间收到，此后未改动/);
    assert.match(good.text, /本平台公布的公钥[\s\S]*日志只增不改/);
    await axe(page);
    await shot(page, 'verifier-good');
    const changed = Buffer.from(bytes);
    const at = inEvidence(changed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const bad = await given(page, [{ name: 'bundle.zip', bytes: changed }]);
    assert.equal(bad.good, 'no', bad.text);
    assert.match(bad.text, /核验不通过[\s\S]*data\//);
    await axe(page);
    const neither = await given(page, [{ name: 'photo.jpg', bytes: jpeg({ name: '无关.jpg' }).bytes }]);
    assert.match(neither.text, /不是证据包，也不是电子回执/);
  });

  test('a receipt tells its file from another', async (t) => {
    const page = await enter(t, portal, 'owner1');
    await page.goto((await openRound(page)).address);
    await page.goto((await lines(page))[0]);
    const line = page.url();
    const photo = jpeg({ name: '核验.jpg' });
    await upload(page, 'upload', [photo]);
    await page.getByRole('link', { name: `“${photo.name}”的电子回执` }).click();
    await page.waitForURL(/\/receipt$/);
    const address = await page.getByRole('link', { name: '下载回执（可核验）' }).getAttribute('href');
    const receipt = { name: 'receipt.json', bytes: (await download(page, address ?? '')).bytes };
    const right = await given(page, [receipt, { name: 'a.jpg', bytes: photo.bytes }]);
    assert.equal(right.good, 'yes', right.text);
    assert.match(right.text, /就是这份文件/);
    const wrong = await given(page, [receipt, { name: 'a.jpg', bytes: jpeg({ name: '另一张.jpg' }).bytes }]);
    assert.equal(wrong.good, 'no', wrong.text);
    assert.match(wrong.text, /不是同一份文件/);
    const text = receipt.bytes.toString().replace('核验.jpg', '伪造.jpg');
    const forged = await given(page, [{ name: 'receipt.json', bytes: Buffer.from(text) }]);
    assert.match(forged.text, /回执不成立/);
    await page.goto(line);
    await takeOut(page, photo.name);
  });

  for (const look of LOOKS.filter((look) => !look.javaScript)) {
    test(`without scripts the page says how else, at the size of a ${look.width}`, async (t) => {
      const page = await enter(t, portal, 'owner1', look);
      await page.goto('/verify/bundle');
      assert.equal(await page.locator('#verifier').isVisible(), false);
      await page.getByText('wugan verify bundle.zip --keys keys.json').waitFor();
    });
  }
});

/** The place of a byte in the first file of evidence: what lies before it in a bundle (APPNOTE 4.3.7) is for people. */
function inEvidence(/** @type {Buffer} */ bundle) {
  for (let at = bundle.indexOf('PK\x03\x04'); at >= 0; at = bundle.indexOf('PK\x03\x04', at + 1)) {
    const [name, extra] = [bundle.readUInt16LE(at + 26), bundle.readUInt16LE(at + 28)];
    if (/(^|\/)data\//.test(bundle.toString('utf8', at + 30, at + 30 + name))) return at + 30 + name + extra + 500;
  }
  throw new Error('a bundle without evidence');
}
