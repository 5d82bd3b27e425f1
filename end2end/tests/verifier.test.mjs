// Bundles and receipts are checked in the browser, and no request carries anything of the file.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { LOOKS, allow, axe, newPage, shot } from '../fixtures/page.mjs';
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
    assert.match(neither.text, /不是证据包，也不是电子回执或签署点/);
  });

  test('a receipt tells its file from another', async (t) => {
    const page = await enter(t, portal, 'owner1');
    await page.goto((await openRound(page)).address);
    await page.goto((await lines(page))[0]);
    const line = page.url();
    const photo = jpeg({ name: '核验.jpg' });
    await upload(page, 'upload', [photo]);
    const receipt = await receiptOf(page, photo.name);
    const right = await given(page, [receipt, { name: 'a.jpg', bytes: photo.bytes }]);
    assert.equal(right.good, 'yes', right.text);
    assert.match(right.text, /就是这份文件[\s\S]*日志只增不改/);
    assert.doesNotMatch(right.text, /未能与平台公布的日志比对/);
    const wrong = await given(page, [receipt, { name: 'a.jpg', bytes: jpeg({ name: '另一张.jpg' }).bytes }]);
    assert.equal(wrong.good, 'no', wrong.text);
    assert.match(wrong.text, /不是同一份文件/);
    const text = receipt.bytes.toString().replace('核验.jpg', '伪造.jpg');
    const forged = await given(page, [{ name: 'receipt.json', bytes: Buffer.from(text) }]);
    assert.match(forged.text, /回执不成立/);
    await page.goto(line);
    await takeOut(page, photo.name);
  });

  test('what a log that has grown since cannot prove is said of bundles and receipts', async (t) => {
    const page = await enter(t, portal, 'owner1');
    const round = await openRound(page);
    await page.goto(round.address);
    await page.goto((await lines(page))[0]);
    const [first, second] = [jpeg({ name: '先到.jpg' }), jpeg({ name: '后到.jpg' })];
    await upload(page, 'upload', [first]);
    const receipt = await receiptOf(page, first.name);
    const bundle = { name: 'bundle.zip', bytes: (await download(page, `/api/v1/cases/${round.id}/bundle.zip`)).bytes };
    await takeOut(page, first.name);
    // Its receipt is of a later checkpoint: what was taken along before is of an earlier one.
    await upload(page, 'upload', [second]);
    await receiptOf(page, second.name);
    await takeOut(page, second.name);
    /** @type {[string, { name: string, bytes: Buffer }[]][]} */
    const taken = [['a receipt', [receipt, { name: 'a.jpg', bytes: first.bytes }]], ['a bundle', [bundle]]];

    await t.test('the proof is given', async (t) => {
      const way = await between(t, portal, (proof) => proof);
      const page = await newPage(t, { portal: way });
      for (const [what, files] of taken) {
        const asked = way.asked();
        const said = await given(page, files);
        assert.equal(said.good, 'yes', said.text);
        assert.match(said.text, /核验通过[\s\S]*日志只增不改/);
        assert.equal(way.asked(), asked + 1, `the proof for ${what} was not asked for`);
      }
    });

    await t.test('the network is away', async (t) => {
      const page = await newPage(t, { portal: await between(t, portal, () => null) });
      allow(page, /log\/consistency\S* net::ERR_|Failed to load resource: net::ERR/);
      for (const [, files] of taken) {
        const said = await given(page, files);
        assert.equal(said.good, 'yes', said.text);
        assert.match(said.text, /核验通过[\s\S]*未能与平台公布的日志比对[\s\S]*请稍后联网再试/);
        assert.doesNotMatch(said.text, /日志只增不改/);
      }
      await axe(page);
    });

    await t.test('the answer is no proof', async (t) => {
      const page = await newPage(t, { portal: await between(t, portal, () => '"later"') });
      for (const [, files] of taken) {
        const said = await given(page, files);
        assert.equal(said.good, 'yes', said.text);
        assert.match(said.text, /核验通过[\s\S]*未能与平台公布的日志比对/);
      }
    });

    await t.test('the log was rewritten', async (t) => {
      const other = (/** @type {string} */ proof) => proof.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0'));
      const page = await newPage(t, { portal: await between(t, portal, other) });
      for (const [, files] of taken) {
        const said = await given(page, files);
        assert.equal(said.good, 'no', said.text);
        assert.match(said.text, /平台现在公布的日志与这个文件不符[\s\S]*与平台现在公布的日志不一致/);
      }
      await axe(page);
    });
  });

  test('a checkpoint that somebody kept is compared with the log of today', async (t) => {
    const page = await enter(t, portal, 'owner1');
    await page.goto((await openRound(page)).address);
    await page.goto((await lines(page))[0]);
    const line = page.url();
    const [first, second] = [jpeg({ name: '留存前.jpg' }), jpeg({ name: '留存后.jpg' })];
    await upload(page, 'upload', [first]);
    await receiptOf(page, first.name);
    const note = (await download(page, '/api/v1/log/checkpoint')).bytes.toString();
    await upload(page, 'upload', [second]);
    await receiptOf(page, second.name);
    // As an editor of another system saves it.
    const kept = (/** @type {string} */ text) => [{ name: 'checkpoint.txt', bytes: Buffer.from(text.replaceAll('\n', '\r\n')) }];
    const good = await given(page, kept(note));
    assert.equal(good.good, 'yes', good.text);
    assert.match(good.text, /核验通过：平台现在公布的日志完整包含这个签署点[\s\S]*日志只增不改/);
    await axe(page);
    const mistyped = await given(page, kept(note.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) - 1}\n`)));
    assert.equal(mistyped.good, 'no', mistyped.text);
    assert.match(mistyped.text, /签署点核验不通过/);
    const other = (/** @type {string} */ proof) => proof.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0'));
    const rewritten = await given(await newPage(t, { portal: await between(t, portal, other) }), kept(note));
    assert.equal(rewritten.good, 'no', rewritten.text);
    assert.match(rewritten.text, /平台现在公布的日志与这个文件不符/);
    const away = await newPage(t, { portal: await between(t, portal, () => null) });
    allow(away, /log\/consistency\S* net::ERR_|Failed to load resource: net::ERR/);
    const alone = await given(away, kept(note));
    assert.equal(alone.good, 'no', alone.text);
    assert.match(alone.text, /签署点由本平台签署，尚未与平台公布的日志比对[\s\S]*未能与平台公布的日志比对/);
    await page.goto(line);
    for (const { name } of [first, second]) await takeOut(page, name);
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

/** The receipt of a file of this line; the line is open again afterwards. */
async function receiptOf(/** @type {Page} */ page, /** @type {string} */ name) {
  const line = page.url();
  await page.getByRole('link', { name: `“${name}”的电子回执` }).click();
  await page.waitForURL(/\/receipt$/);
  const address = await page.getByRole('link', { name: '下载回执（可核验）' }).getAttribute('href');
  const { bytes } = await download(page, address ?? '');
  await page.goto(line);
  return { name: 'receipt.json', bytes };
}

/**
 * A way to the portal on which proofs of the log become what is wanted, or are lost. The worker waits for them without
 * a break (a synchronous request), which the browser's own means of doing this could wait for in turn.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ url: string }} portal
 * @param {(proof: string) => string | null} becomes nothing where the connection is to break off
 */
async function between(t, portal, becomes) {
  let asked = 0;
  const server = createServer(async (request, response) => {
    try {
      const answer = await fetch(`${portal.url}${request.url}`, { redirect: 'manual' });
      let bytes = Buffer.from(await answer.arrayBuffer());
      if (request.url?.startsWith('/api/v1/log/consistency')) {
        asked += 1;
        const proof = becomes(bytes.toString());
        if (proof === null) {
          response.destroy();
          return;
        }
        bytes = Buffer.from(proof);
      }
      for (const [name, value] of answer.headers) {
        // Node has unpacked the body and says itself how long it is.
        if (!/^(content-(encoding|length)|transfer-encoding|connection|keep-alive)$/.test(name)) response.setHeader(name, value);
      }
      response.writeHead(answer.status).end(bytes);
    } catch {
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, asked: () => asked };
}

/** The place of a byte in the first file of evidence: what lies before it in a bundle (APPNOTE 4.3.7) is for people. */
function inEvidence(/** @type {Buffer} */ bundle) {
  for (let at = bundle.indexOf('PK\x03\x04'); at >= 0; at = bundle.indexOf('PK\x03\x04', at + 1)) {
    const [name, extra] = [bundle.readUInt16LE(at + 26), bundle.readUInt16LE(at + 28)];
    if (/(^|\/)data\//.test(bundle.toString('utf8', at + 30, at + 30 + name))) return at + 30 + name + extra + 500;
  }
  throw new Error('a bundle without evidence');
}
