// A phone on a train: the network goes away in the middle of a photo, the page is left, the login ends, the photo is
// taken off the memory card; and every photo that was chosen arrives, by itself.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCity } from '../fixtures/city.mjs';
import { jpegOf } from '../fixtures/files.mjs';
import { network } from '../fixtures/network.mjs';
import { allow, axe } from '../fixtures/page.mjs';
import { enter, login } from '../fixtures/people.mjs';
import { download, errors, filesIn, form, lines, openRound, takeOut, tick, turn } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Bytes a second that the phone has upwards. */
const SLOW = 4_000_000;

/** What a browser says of a network that is away, or of a login that has ended. */
const COMPLAINTS = /api\/v1\/uploads\S* net::ERR|Failed to load resource|request failed/;

describe('a network that breaks', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  /**
   * An owner on a slow network, at the first line of an open round that has room for files.
   *
   * @param {import('node:test').TestContext} t
   */
  async function onTheTrain(t, number = 0) {
    const train = await network(portal, { up: SLOW });
    t.after(() => train.remove());
    const page = await enter(t, train, 'owner1', { width: 'phone', keeps: true });
    allow(page, COMPLAINTS);
    const round = await openRound(page);
    await page.goto(round.address);
    const line = (await lines(page))[number];
    await page.goto(line);
    await page.locator('.uploader-on').first().waitFor();
    return { train, page, line, offsets: offsetsOf(page) };
  }

  /** @param {Page} page */
  const rowOf = (page, /** @type {string} */ name) => page.locator('.queue-row').filter({ hasText: name });

  /**
   * The offsets that a page's files go on from.
   *
   * @param {Page} page
   */
  function offsetsOf(page) {
    /** @type {number[]} */
    const offsets = [];
    page.context().on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    return offsets;
  }

  /**
   * The names of the files that a page's browser announces from now on.
   *
   * @param {Page} page
   */
  function announcedBy(page) {
    /** @type {string[]} */
    const names = [];
    page.context().on('request', (request) => {
      const [, name] = /filename ([^,]+)/.exec(request.headers()['upload-metadata'] ?? '') ?? [];
      if (request.method() === 'POST' && name) names.push(Buffer.from(name, 'base64').toString());
    });
    return names;
  }

  /** Waits until the page has been told what waited in the browser: what it does not show by then was not there. */
  const told = (/** @type {Page} */ page) => page.locator('.uploader[data-known]').first().waitFor();

  /**
   * Takes the network away for announcements alone.
   *
   * @param {Page} page
   * @returns what brings it back
   */
  async function disconnect(page) {
    const announcements = '**/api/v1/uploads';
    await page.context().route(announcements, (route) => route.abort('internetdisconnected'));
    return async () => {
      await page.context().unroute(announcements);
      await page.evaluate(() => dispatchEvent(new Event('online')));
    };
  }

  /** Waits until the browser keeps so many files: before that, leaving the page loses them. */
  const stored = (/** @type {Page} */ page, /** @type {number} */ files) =>
    page.waitForFunction(
      (files) =>
        new Promise((resolve) => {
          const opening = indexedDB.open('wugan-courier');
          opening.onsuccess = () => {
            const counting = opening.result.transaction('about').objectStore('about').count();
            counting.onsuccess = () => {
              opening.result.close();
              resolve(counting.result === files);
            };
          };
        }),
      files,
    );

  /** What stands beside a form that would leave files of this browser behind, and its button. */
  function besides(/** @type {Page} */ page, /** @type {string} */ endpoint) {
    const unsent = page.locator('.unsent');
    const held = unsent.getByText('本次没有提交');
    const free = unsent.getByText('目前没有等待上传的文件');
    /** Waits until the form is kept, and sees that why is on the screen, and read to those who do not see it. */
    const isKept = async () => {
      await held.waitFor();
      await unsent.locator('[role=alert]:focus').waitFor();
      const box = await held.boundingBox();
      const height = page.viewportSize()?.height ?? 0;
      assert.ok(box && box.y >= 0 && box.y < height, `why it was kept is out of sight at ${box?.y}`);
    };
    return { unsent, held, free, isKept, submit: form(page, endpoint).locator('button[type=submit]').last() };
  }

  /**
   * Waits until the list of received files has a photo, compares it byte for byte, and makes room for the next.
   *
   * @param {Page} page
   * @param {{ name: string, bytes: Buffer }} photo
   */
  async function arrived(page, photo) {
    await page.locator('#upload-files').getByText(photo.name).waitFor({ timeout: 30_000 });
    assert.deepEqual((await download(page, (await filesIn(page, 'upload'))[photo.name])).bytes, photo.bytes);
    await takeOut(page, photo.name);
  }

  test('a photo goes on where it stopped, without the login, and none of it is sent twice', async (t) => {
    const { train, page, line, offsets } = await onTheTrain(t);
    const photo = jpegOf(18_000_000, '隧道.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    // What the browser has sent is ahead of what has arrived.
    await rowOf(page, photo.name).filter({ hasText: /1[2-6](\.\d)? MB \/ / }).waitFor();
    await page.getByText(/请保持本页打开/).waitFor();
    train.cut();
    await rowOf(page, photo.name).filter({ hasText: /网络中断，文件已存在手机里/ }).waitFor();
    // The login ends in the tunnel: what was begun may be finished.
    await page.context().clearCookies({ name: 'wugan' });
    train.mend();
    // Nobody touches anything.
    await page.waitForFunction(() => !document.querySelector('.queue-row:not(.is-done)'), null, { timeout: 30_000 });

    assertResumed(offsets);
    const again = await enter(t, portal, 'owner1', { width: 'phone' });
    await again.goto(line);
    await arrived(again, photo);
  });

  test('a page that is left in the middle of a photo goes on when it is opened again, though the photo is gone', async (t) => {
    const { page, line, offsets } = await onTheTrain(t);
    const photo = jpegOf(18_000_000, '合上手机.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    await rowOf(page, photo.name).filter({ hasText: /[5-9](\.\d)? MB \/ / }).waitFor();
    // The memory card is taken out, and the page is left without a question, since nothing can be lost.
    rmSync(photo.path);
    await page.goto('/todo');
    await page.goto(line);
    await arrived(page, photo);
    assertResumed(offsets);
  });

  test('a photo chosen before the page listens is sent all the same', async (t) => {
    const page = await enter(t, portal, 'owner1', { width: 'phone', keeps: true });
    await page.goto((await openRound(page)).address);
    const [line] = await lines(page);
    /** @type {() => void} */
    let arrive = () => {};
    const slow = new Promise((resolve) => (arrive = () => resolve(undefined)));
    await page.context().route('**/pkg/wugan.wasm', async (route) => {
      await slow;
      await route.continue();
    });
    await page.goto(line, { waitUntil: 'domcontentloaded' });
    const photo = jpegOf(300_000, '选得早.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    assert.equal(await page.locator('.uploader-on').count(), 0);
    arrive();
    await arrived(page, photo);
  });

  test('a photo chosen before the courier has come is kept like any other', async (t) => {
    const page = await enter(t, portal, 'owner1', { width: 'phone', keeps: true });
    allow(page, COMPLAINTS);
    await page.goto((await openRound(page)).address);
    const [line] = await lines(page);
    /** @type {() => void} */
    let arrive = () => {};
    const slow = new Promise((resolve) => (arrive = () => resolve(undefined)));
    await page.context().route('**/pkg/courier.wasm', async (route) => {
      await slow;
      await route.continue();
    });
    await page.context().route('**/api/v1/uploads**', (route) => route.abort('internetdisconnected'));
    await page.goto(line, { waitUntil: 'domcontentloaded' });
    const photo = jpegOf(300_000, '先于信使.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    assert.equal(await page.locator('.uploader-on').count(), 0);
    arrive();
    await rowOf(page, photo.name).filter({ hasText: /网络中断，文件已存在手机里/ }).waitFor();
    rmSync(photo.path);
    await page.goto('/todo');
    await page.context().unroute('**/api/v1/uploads**');
    await page.goto(line);
    await arrived(page, photo);
  });

  test('a page listens also where the browser is never idle', async (t) => {
    const page = await enter(t, portal, 'owner1', { width: 'phone' });
    await page.addInitScript(() => {
      /** @type {(act: () => void, options?: { timeout?: number }) => number} */
      const never = (act, options) => (options?.timeout ? Number(setTimeout(act, options.timeout)) : 0);
      Object.assign(window, { requestIdleCallback: never });
    });
    await page.goto((await openRound(page)).address);
    const [line] = await lines(page);
    await page.goto(line);
    await page.locator('.uploader-on').first().waitFor();
  });

  test('a photo chosen after the login has ended goes out after the next login', async (t) => {
    const { page, line } = await onTheTrain(t);
    const photo = jpegOf(900_000, '过期.jpg');
    await page.context().clearCookies({ name: 'wugan' });
    await page.locator('#upload-file').setInputFiles(photo.path);
    await rowOf(page, photo.name).filter({ hasText: /登录已过期。文件还在/ }).waitFor();
    await login(page, 'owner1');
    await page.goto(line);
    await arrived(page, photo);
  });

  test('two pages carry a photo once, and show it both', async (t) => {
    const { page, line, offsets } = await onTheTrain(t);
    const other = await page.context().newPage();
    await other.goto(line);
    await other.locator('.uploader-on').first().waitFor();
    const photo = jpegOf(12_000_000, '两个页面.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    await rowOf(other, photo.name).filter({ hasText: /[3-9](\.\d)? MB \/ / }).waitFor();
    await other.locator('#upload-files').getByText(photo.name).waitFor({ timeout: 30_000 });
    await arrived(page, photo);
    assert.deepEqual(offsets, [0]);
  });

  test('when the page that sends a photo is closed, the other one goes on with it', async (t) => {
    const { page, line, offsets } = await onTheTrain(t);
    const other = await page.context().newPage();
    await other.goto(line);
    await told(other);
    const photo = jpegOf(18_000_000, '关掉一页.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    await rowOf(other, photo.name).filter({ hasText: /[5-9](\.\d)? MB \/ / }).waitFor();
    await page.close();
    await arrived(other, photo);
    assertResumed(offsets);
  });

  test('a photo that the portal cannot take does not hold up those behind it', async (t) => {
    const { page, line } = await onTheTrain(t);
    allow(page, /answer 500: POST \S*\/api\/v1\/uploads/);
    const [bad, ...good] = ['出错.jpg', '后面一.jpg', '后面二.jpg'].map((name) => jpegOf(300_000, name));
    const named = Buffer.from(bad.name).toString('base64');
    await page.context().route('**/api/v1/uploads', async (route) => {
      const about = route.request().headers()['upload-metadata'] ?? '';
      if (!about.includes(named)) return route.continue();
      const headers = { 'tus-resumable': '1.0.0' };
      return route.fulfill({ status: 500, headers, contentType: 'application/json', body: '{}' });
    });
    await page.locator('#upload-file').setInputFiles([bad, ...good].map((photo) => photo.path));
    for (const photo of good) await rowOf(page, photo.name).filter({ hasText: '已完整收到' }).waitFor();
    await rowOf(page, bad.name).getByRole('button', { name: `移除 ${bad.name}` }).click();
    await rowOf(page, bad.name).waitFor({ state: 'detached' });
    await page.goto(line);
    for (const photo of good) await arrived(page, photo);
  });

  test('a photo whose announcement nobody answers is announced again', async (t) => {
    const { train, page } = await onTheTrain(t);
    const photo = jpegOf(900_000, '没有回音.jpg');
    train.hush();
    await page.locator('#upload-file').setInputFiles(photo.path);
    // Nothing breaks: that there is no network shows only by nobody answering.
    await rowOf(page, photo.name).filter({ hasText: /网络中断，文件已存在手机里/ }).waitFor({ timeout: 30_000 });
    train.mend();
    // What was said once more into the silence waits as long again.
    await page.locator('#upload-files').getByText(photo.name).waitFor({ timeout: 60_000 });
    await arrived(page, photo);
  });

  test('a photo that is taken out on its way is gone, here and there', async (t) => {
    const { page, line } = await onTheTrain(t);
    const photo = jpegOf(18_000_000, '不要了.jpg');
    await page.locator('#upload-file').setInputFiles(photo.path);
    await rowOf(page, photo.name).filter({ hasText: /[3-9](\.\d)? MB \/ / }).waitFor();
    const ended = page.context().waitForEvent('response', (answer) => answer.request().method() === 'DELETE');
    await rowOf(page, photo.name).getByRole('button', { name: `移除 ${photo.name}` }).click();
    assert.equal((await ended).status(), 204);
    await rowOf(page, photo.name).waitFor({ state: 'detached' });
    await page.goto(line);
    await told(page);
    assert.equal(await rowOf(page, photo.name).count(), 0);
    assert.equal((await filesIn(page, 'upload'))[photo.name], undefined);
  });

  test('what one person left on a phone is not sent by the next', async (t) => {
    const { train, page, line } = await onTheTrain(t);
    const photo = jpegOf(900_000, '上一位.jpg');
    train.cut();
    await page.locator('#upload-file').setInputFiles(photo.path);
    await rowOf(page, photo.name).filter({ hasText: /网络中断，文件已存在手机里/ }).waitFor();
    // Leaves before it goes on by itself.
    await page.goto('about:blank');
    train.mend();
    await page.context().clearCookies();
    const announced = announcedBy(page);
    await login(page, 'operator1');
    await page.goto(line);
    await told(page);
    assert.equal(await page.locator('.queue-row').count(), 0);
    // A photo of one's own would come behind whatever was taken up.
    const own = jpegOf(300_000, '这一位.jpg');
    await page.locator('#upload-file').setInputFiles(own.path);
    await arrived(page, own);
    assert.deepEqual(announced, [own.name]);
    await page.context().clearCookies();
    await login(page, 'owner1');
    await page.goto(line);
    await arrived(page, photo);
  });

  test('a form waits for a courier that never comes, says so, and is sent once', async (t) => {
    const page = await enter(t, portal, 'owner1', { width: 'phone' });
    const { address } = await openRound(page);
    const asked = page.context().waitForEvent('request', (request) => request.url().endsWith('/pkg/courier.wasm'));
    await page.context().route('**/pkg/courier.wasm', () => {});
    let posts = 0;
    await page.route('**/api/case/submit', async (route) => {
      posts += 1;
      // What else was pressed has time to send it again.
      await sleep(1_000);
      await route.continue();
    });
    await Promise.all([asked, page.goto(`${address}/check`)]);
    const { unsent, submit } = besides(page, 'case/submit');
    const press = async () => {
      for (let presses = 0; presses < 3; presses += 1) await submit.click();
      await unsent.getByText('正在核对本机有无未传完的文件').waitFor();
      assert.equal(posts, 0);
    };
    await Promise.all([page.waitForEvent('load', { timeout: 20_000 }), press()]);
    assert.equal(posts, 1);
    assert.ok((await errors(page)).length > 0);
  });

  test('proof is not sent over a photo that no courier takes', async (t) => {
    const page = await enter(t, portal, 'owner3', { width: 'phone' });
    await page.addInitScript(() => {
      const Worker = class {
        constructor() {
          document.documentElement.dataset.asked = '';
          throw new Error('there are no workers here');
        }
      };
      Object.assign(window, { Worker });
    });
    await page.goto('/todo');
    await turn(page, () => page.getByRole('link', { name: '整改问题并上传材料' }).first().click());
    await page.locator('html[data-asked]').waitFor();
    const photo = jpegOf(300_000, '没人接.jpg');
    await page.locator('#after-file').setInputFiles(photo.path);
    const { isKept, submit } = besides(page, 'finding/resubmit');
    await page.locator('textarea[name=note]').fill('已更换案板。');
    await submit.click();
    await isKept();
    const chosen = page.locator('#after-file');
    assert.equal(await chosen.evaluate((/** @type {HTMLInputElement} */ field) => field.files?.length), 1);
  });

  test('proof is not sent over a photo that waits in this browser, and nothing typed is lost', async (t) => {
    const page = await enter(t, portal, 'owner3', { width: 'phone', keeps: true });
    allow(page, COMPLAINTS);
    await page.goto('/todo');
    await turn(page, () => page.getByRole('link', { name: '整改问题并上传材料' }).first().click());
    await page.locator('.uploader-on').filter({ has: page.locator('#after-file') }).waitFor();
    const connect = await disconnect(page);
    const photo = jpegOf(300_000, '整改后.jpg');
    await page.locator('#after-file').setInputFiles(photo.path);
    await rowOf(page, photo.name).waitFor();
    const { unsent, free, isKept, submit } = besides(page, 'finding/resubmit');
    const leave = unsent.locator('[name=leave]');
    const note = page.locator('textarea[name=note]');
    await note.fill('已更换案板。');
    assert.equal(await leave.isVisible(), false);
    // As some browsers do with what was ticked before.
    await leave.evaluate((/** @type {HTMLInputElement} */ box) => {
      box.checked = true;
    });
    await submit.click();
    await isKept();
    assert.ok(await leave.isVisible());
    assert.equal(await leave.isChecked(), false);
    // Whoever presses again is told again.
    await page.evaluate(() => scrollTo(0, 0));
    await submit.click();
    await isKept();
    await connect();
    await page.locator('#after-files').getByText(photo.name).waitFor({ timeout: 30_000 });
    await free.waitFor();
    assert.equal(await note.inputValue(), '已更换案板。');
    await turn(page, () => submit.click());
    await page.getByText('执法人员正在复核').waitFor();
  });

  // The last: its photos stay at the line.
  test('a round is not sent over photos that wait in this browser, though nobody has been told of them', async (t) => {
    // One of which nothing is there yet, and that takes so many.
    const { page, line } = await onTheTrain(t, 3);
    await told(page);
    const connect = await disconnect(page);
    const photos = ['一', '二', '三'].map((name) => jpegOf(300_000, `没传${name}.jpg`));
    await page.locator('#upload-file').setInputFiles(photos.map((photo) => photo.path));
    await stored(page, photos.length);

    await page.goto(line.replace(/\/lines\/.*$/, '/check'));
    const { unsent, held, free, isKept, submit } = besides(page, 'case/submit');
    const all = unsent.getByText(`本机还有 ${photos.length} 个文件没有传完`);
    await all.waitFor();
    assert.equal(await unsent.locator('.queue-row').count(), photos.length);
    await submit.click();
    await isKept();
    await axe(page);

    // Whoever leaves them is not kept: what is told then is what else is missing.
    await tick(unsent.locator('[name=leave]'));
    await turn(page, () => submit.click());
    assert.match((await errors(page)).join(), /^(?!.*没有传完).+/);

    await all.waitFor();
    await page.locator('label[for=leave]').click();
    await submit.click();
    await isKept();
    await connect();
    await free.waitFor({ timeout: 30_000 });
    await held.waitFor({ state: 'hidden' });
    // The list says so too, without the page having been left.
    await page.locator(`#line-${line.split('/').pop()}`).getByText(/ · 3 个文件/).waitFor();
    await turn(page, () => submit.click());
    assert.match((await errors(page)).join(), /^(?!.*没有传完).+/);
  });
});

/** @param {number[]} offsets of one photo's requests */
function assertResumed([first, ...later]) {
  assert.equal(first, 0);
  assert.ok(later.length > 0 && later.every((offset) => offset > 1_000_000), `it began anew: ${later}`);
}
