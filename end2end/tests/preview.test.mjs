// A photo is pictured beside its way in: small for its sender, large and with what it says of itself for the officer. The
// original is only downloaded.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { axe, shot } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { fillRound, heading, lines, openRound, sendRound, upload } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

const DAY = 24 * 3_600_000;

describe('previews', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity({ env: { WUGAN_EXAMINERS: '1' } });
  });
  after(async () => portal?.remove());

  for (const javaScript of [true, false]) {
    test(`a photo and what it says of itself, scripts ${javaScript ? 'on' : 'off'}`, async (t) => {
      const owner = await enter(t, portal, javaScript ? 'owner1' : 'owner2', { width: 'phone', javaScript });
      const round = await openRound(owner);
      await fillRound(owner, round.address);
      const [first] = await lines(await at(owner, round.address));
      await owner.goto(first);
      const line = await heading(owner);
      const takenAt = new Date(Date.now() - 40 * DAY);
      const photo = jpeg({ name: '旧照片.jpg', width: 1800, height: 1200, camera: { takenAt, latitude: 43.9, longitude: 125.4 } });
      await upload(owner, 'upload', [photo]);
      const thumbnail = owner.locator('.file', { hasText: photo.name }).locator('img');
      await until(owner, async () => (await thumbnail.getAttribute('src'))?.endsWith('/thumbnail') ?? false);
      await axe(owner);
      if (javaScript) await shot(owner, 'preview-phone');
      await sendRound(owner, round.address);

      const officer = await enter(t, portal, 'officer1', { javaScript });
      await officer.goto(`/review/${round.id}`);
      await officer.getByRole('link', { name: line }).first().click();
      const file = officer.locator('figure.evidence', { hasText: photo.name });
      const picture = file.locator('img').first();
      assert.match((await picture.getAttribute('src')) ?? '', /\/view$/);
      assert.deepEqual(await natural(picture), [1600, 1067]);
      await file.getByText('文件信息', { exact: true }).click();
      const facts = await file.locator('.evidence-known').innerText();
      assert.match(facts, /拍摄时间（文件自述）/);
      assert.match(facts, /比收到时间早 40 天/);
      assert.match(facts, /距企业登记的地址约 \d+ (米|千米)/);
      assert.match(facts, /未扫描：本系统没有配置扫描程序/);
      await axe(officer);
      if (javaScript) await shot(officer, 'preview-desk');

      const address = await file.getByRole('link', { name: '下载原件' }).getAttribute('href');
      const original = await officer.context().request.get(address ?? '');
      assert.match(original.headers()['content-disposition'] ?? '', /^attachment/);
      assert.ok(photo.bytes.equals(await original.body()));
    });
  }
});

async function at(/** @type {Page} */ page, /** @type {string} */ address) {
  await page.goto(address);
  return page;
}

/** How large a picture is by itself. */
function natural(/** @type {import('playwright-core').Locator} */ picture) {
  return picture.evaluate(async (/** @type {HTMLImageElement} */ image) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
}

/** Opens the page again until something holds: examining takes a moment. */
async function until(/** @type {Page} */ page, /** @type {() => Promise<boolean>} */ holds) {
  for (let round = 0; round < 120; round += 1) {
    if (await holds()) return;
    await sleep(500);
    await page.reload();
  }
  assert.fail('it did not come to hold');
}
