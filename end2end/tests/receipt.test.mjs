// A receipt that prints, and a whole case to take along and check without the portal.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { LOOKS, axe, fits, shot } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { download, filesIn, lines, openRound, takeOut, upload } from '../fixtures/steps.mjs';

/** What margins of 20 mm leave of A4, in pixels of CSS. */
const PAPER = { width: 642, height: 980 };

describe('what proves a file', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  for (const look of LOOKS) {
    const scripts = look.javaScript ? 'scripts on' : 'scripts off';
    test(`a receipt says what was received and when, at the size of a ${look.width}, ${scripts}`, async (t) => {
      const page = await enter(t, portal, 'owner1', look);
      await page.goto((await openRound(page)).address);
      await page.goto((await lines(page))[0]);
      const photo = jpeg({ name: '回执.jpg' });
      await upload(page, 'upload', [photo]);
      const line = page.url();
      await page.getByRole('link', { name: `“${photo.name}”的电子回执` }).click();
      await page.waitForURL(/\/receipt$/);
      const sheet = page.locator('.sheet');
      const digest = createHash('sha256').update(photo.bytes).digest('hex');
      assert.ok((await sheet.innerText()).includes(digest));
      assert.match(await sheet.innerText(), /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \(UTC\+8\)/);
      await sheet.locator('.qr').waitFor();
      await axe(page);
      await fits(page, 'a receipt');
      if (look.javaScript) await shot(page, `receipt-${look.width}`);
      const file = await page.getByRole('link', { name: '下载回执（可核验）' }).getAttribute('href');
      const receipt = JSON.parse((await download(page, file ?? '')).bytes.toString());
      assert.deepEqual([receipt.sha256, receipt.name], [digest, photo.name]);
      // On paper too, everything that the receipt ties the file to can be read off.
      const size = page.viewportSize() ?? PAPER;
      await page.setViewportSize(PAPER);
      await page.emulateMedia({ media: 'print' });
      await fits(page, 'a receipt on paper');
      const broken = await sheet.locator('dt').evaluateAll((terms) => {
        const lines = (/** @type {Element} */ term) => {
          const range = document.createRange();
          range.selectNodeContents(term);
          return new Set(Array.from(range.getClientRects(), (rect) => Math.round(rect.top))).size;
        };
        return terms.filter((term) => lines(term) > 1).map((term) => term.textContent);
      });
      assert.deepEqual(broken, [], 'labels that go on in a second line');
      const printed = await sheet.innerText();
      const [origin, leaves, root, , , signature] = receipt.checkpoint.split('\n');
      const bytes = photo.bytes.length.toLocaleString('en-US');
      for (const part of [`${bytes} 字节`, receipt.evidence, `序号 ${receipt.index}（`, origin, `${leaves} 条`, root, signature]) {
        assert.ok(printed.includes(part), `${part} is not in:\n${printed}`);
      }
      await page.emulateMedia({ media: null });
      await page.setViewportSize(size);
      await page.goto(line);
      assert.ok((await filesIn(page, 'upload'))[photo.name]);
      await takeOut(page, photo.name);
    });
  }

  test('an officer takes a case along, and it can be checked without the portal', async (t) => {
    const page = await enter(t, portal, 'officer1');
    await page.goto('/review');
    const desk = await page.locator('main a[href^="/review/"]').first().getAttribute('href');
    await page.goto(desk ?? '');
    const address = await page.getByRole('link', { name: '证据包' }).getAttribute('href');
    // Taking a bundle signs the log, and what it notes is part of the next one.
    assert.equal((await download(page, address ?? '')).status, 200);
    const kept = await download(page, '/api/v1/log/checkpoint');
    const bundle = await download(page, address ?? '');
    assert.equal(bundle.status, 200);
    const keys = await download(page, '/api/v1/log/keys');
    const folder = mkdtempSync(path.join(tmpdir(), 'wugan-bundle-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const at = (/** @type {string} */ name) => path.join(folder, name);
    writeFileSync(at('bundle.zip'), bundle.bytes);
    writeFileSync(at('keys.json'), keys.bytes);
    const verify = (/** @type {string[]} */ more) =>
      execFileSync(path.resolve(process.env.WUGAN_BIN ?? ''), ['verify', 'bundle.zip', '--keys', 'keys.json', ...more], {
        cwd: folder,
        encoding: 'utf8',
      });
    const told = verify([]);
    assert.match(told, /收到于 received [\s\S]*结论：文件在所示时间收到，此后未改动/);
    const [old, now] = [kept.bytes.toString().split('\n')[1], told.match(/签署点 checkpoint (\d+)/)?.[1]];
    assert.ok(Number(old) < Number(now), `${old} and ${now}`);
    const proof = await download(page, `/api/v1/log/consistency?old=${old}&new=${now}`);
    writeFileSync(at('kept.txt'), kept.bytes);
    writeFileSync(at('proof.json'), proof.bytes);
    const compared = verify(['--checkpoint', 'kept.txt', '--proof', 'proof.json']);
    assert.match(compared, /与留存的签署点（.*）一致：日志只增不改/);
  });
});
