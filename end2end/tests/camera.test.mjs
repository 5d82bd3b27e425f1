// The camera of a page: a one-time code, a picture with the code in it, and what becomes of it when the network, the
// code, the camera or the scripts are not there.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { LOOKS, allow, axe, newPage, shot, shots } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { download, errors, fillRound, filesIn, heading, lines, openRound, send, sendRound, tick, turn, upload } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** A phone that knows where it is. */
const PLACED = {
  permissions: ['geolocation'],
  geolocation: { latitude: 43.8868, longitude: 125.3245, accuracy: 18 },
};

/** What a browser says of a network that is away. */
const COMPLAINTS = /api\/v1\/uploads\S* net::ERR|Failed to load resource|request failed/;

describe('a picture taken in the page', { concurrency: 2 }, () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  /** @type {import('../fixtures/server.mjs').Portal} */
  let hasty;
  /** One whose round is sent. @type {import('../fixtures/server.mjs').Portal} */
  let other;
  before(async () => {
    other = await startCity();
    portal = await startCity();
    hasty = await startCity({ env: { WUGAN_RULES__CAPTURE__MINUTES: '1' } });
  });
  after(async () => {
    await portal?.remove();
    await hasty?.remove();
    await other?.remove();
  });

  /**
   * Somebody at the camera of a line of the open round, with a code; the network is away for what is fetched `without`.
   *
   * @param {import('node:test').TestContext} t
   * @param {{ at?: { url: string }, line?: number, without?: string, script?: () => void, look?: Parameters<typeof newPage>[1] }} [options]
   */
  async function atTheCamera(t, { at = portal, line, without, script, look = {} } = {}) {
    const page = await enter(t, at, 'owner1', { width: 'phone', ...look });
    if (script) await page.addInitScript(script);
    const round = await openRound(page);
    await page.goto(round.address);
    const address = line === undefined ? await roomyLine(page) : (await lines(page))[line];
    await page.goto(address);
    await turn(page, () => page.getByRole('link', { name: /现场拍摄（B 级）/ }).click());
    if (without) await page.context().route(without, (route) => route.abort('internetdisconnected'));
    await turn(page, () => page.getByRole('button', { name: '取编号，开始拍摄' }).click());
    const code = await page.locator('.code').innerText();
    assert.match(code, /^\d{6} \p{Script=Han}{2}$/u);
    return { page, round, address, code };
  }

  /** The first line of the open round that takes two pictures more. */
  async function roomyLine(/** @type {Page} */ page) {
    for (const line of await lines(page)) {
      await page.goto(line);
      const takes = (await page.getByRole('link', { name: /现场拍摄（B 级）/ }).count()) > 0;
      if (takes && (await page.locator('#upload-files .file').count()) < 2) return line;
    }
    throw new Error('no line takes two pictures more');
  }

  /** Opens the line of the open round that is called so; its address. */
  async function lineCalled(/** @type {Page} */ page, /** @type {string} */ title) {
    for (const line of await lines(page)) {
      await page.goto(line);
      if ((await heading(page)) === title) return line;
    }
    throw new Error(`no line is called ${title}`);
  }

  /** The tile of the only received file whose name begins like this. */
  const tile = (/** @type {Page} */ page, /** @type {string} */ name) => page.locator('#capture-files .file').filter({ hasText: name });

  /** What the page says of the camera, once it says this. */
  const status = (/** @type {Page} */ page, /** @type {string} */ text) => page.locator('#camera-status').filter({ hasText: text });

  /** In the page: has the camera's track at hand, and knows a second camera that somebody else has. */
  function cameras() {
    const here = /** @type {any} */ (globalThis);
    const devices = navigator.mediaDevices;
    const [open, list] = [devices.getUserMedia.bind(devices), devices.enumerateDevices.bind(devices)];
    devices.enumerateDevices = async () => {
      const found = await list();
      return [...found, ...found];
    };
    devices.getUserMedia = async (wish) => {
      if (/** @type {any} */ (wish?.video).facingMode.ideal === 'user') {
        here.free = here.track.readyState === 'ended';
        throw new DOMException('somebody has it', 'NotReadableError');
      }
      const stream = await open(wish);
      [here.track] = stream.getVideoTracks();
      return stream;
    };
  }

  /** In the page: the phone does not tell where it is when it is asked first. */
  function lost() {
    const { geolocation } = navigator;
    const watch = geolocation.watchPosition.bind(geolocation);
    let asked = false;
    geolocation.watchPosition = (found, failed, options) => {
      if (asked) return watch(found, failed, options);
      asked = true;
      setTimeout(() => failed?.(/** @type {any} */ ({ code: 1 })));
      return 0;
    };
  }

  /** In the page: somebody calls, so that the camera gives no picture from the start, and nothing plays. */
  function called() {
    const here = /** @type {any} */ (globalThis);
    const devices = navigator.mediaDevices;
    const open = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      [here.track] = stream.getVideoTracks();
      Object.defineProperty(here.track, 'muted', { value: true });
      return stream;
    };
    HTMLMediaElement.prototype.play = () => new Promise(() => {});
  }

  /** In the page: the camera takes no pictures of its own, and what it shows is black. */
  function dark() {
    /** @type {any} */ (globalThis).ImageCapture = undefined;
    navigator.mediaDevices.getUserMedia = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
      const context = canvas.getContext('2d');
      // Only what is drawn anew becomes a frame.
      setInterval(() => context?.fillRect(0, 0, 640, 480), 50);
      return canvas.captureStream();
    };
  }

  async function take(/** @type {Page} */ page) {
    await page.getByRole('button', { name: '拍照', exact: true }).click();
    await page.getByRole('button', { name: '使用这张' }).waitFor();
  }

  test('has the code in it, is of grade B, and the officer sees with what to compare it', async (t) => {
    const { page, round, address, code } = await atTheCamera(t, { at: other, look: { context: PLACED, keeps: true } });
    await page.getByText('相机已打开').waitFor();
    await page.getByRole('button', { name: '记录拍摄位置' }).click();
    await page.getByText('位置已取得，精度约 18 米').waitFor();
    await page.getByText(/还剩 9 分/).waitFor();
    await axe(page);
    await shot(page, 'camera-live');
    await take(page);
    await shot(page, 'camera-taken');
    const size = await page.locator('#camera-shot').evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    assert.ok(size[1] > 240 && size[0] > 240, `${size}`);
    await page.getByRole('button', { name: '使用这张' }).click();
    await tile(page, '现场拍摄').waitFor({ timeout: 30_000 });
    const said = await tile(page, '现场拍摄').innerText();
    assert.match(said, /B 级/);
    assert.match(said, /距登记地址约/);
    await axe(page);
    await shot(page, 'camera-received');
    const [name, file] = Object.entries(await filesIn(page, 'capture'))[0];
    const { bytes } = await download(page, file);
    assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff], `${name} is no JPEG`);
    // Another one takes another code.
    await turn(page, () => page.getByRole('button', { name: '再拍一张' }).click());
    assert.notEqual(await page.locator('.code').innerText(), code);

    await fillRound(page, round.address);
    await sendRound(page, round.address);
    const officer = await enter(t, other, 'officer1');
    const line = address.split('/').at(-1);
    await officer.goto(`/review/${round.id}?line=${line}`);
    const facts = officer.locator('.evidence-facts').filter({ hasText: '现场拍摄' });
    const told = await facts.innerText();
    assert.ok(told.includes(code) && /B 级/.test(told) && /距登记地址约/.test(told), told);
    await axe(officer);
    await facts.scrollIntoViewIfNeeded();
    await shot(officer, 'camera-desk', { whole: false });
  });

  test('is safe and of grade B though the network was away when it was taken', async (t) => {
    const { page } = await atTheCamera(t, { line: 1, look: { context: PLACED, keeps: true } });
    allow(page, COMPLAINTS);
    await page.getByText('相机已打开').waitFor();
    await page.context().setOffline(true);
    await take(page);
    await page.getByRole('button', { name: '使用这张' }).click();
    const row = page.locator('.queue-row').filter({ hasText: /照片已存在本机|照片还在本页/ });
    const name = await row.locator('.queue-name').innerText();
    await page.getByText('请保持本页打开').waitFor();
    await shot(page, 'camera-offline');
    await page.context().setOffline(false);
    // Nobody touches anything.
    await tile(page, name).waitFor({ timeout: 60_000 });
    assert.match(await tile(page, name).innerText(), /B 级/);
    assert.ok(await page.getByText('请保持本页打开').isHidden());
  });

  test('waits on the page where the network was away before the courier was there, and says so', async (t) => {
    for (const part of ['js', 'wasm']) {
      const { page } = await atTheCamera(t, { look: { context: PLACED, keeps: true }, without: `**/pkg/courier.${part}` });
      allow(page, COMPLAINTS);
      await page.getByText('相机已打开').waitFor();
      await take(page);
      await page.getByRole('button', { name: '使用这张' }).click();
      const row = page.locator('.queue-row').filter({ hasText: /照片还在本页/ });
      await row.waitFor();
      const name = await row.locator('.queue-name').innerText();
      assert.ok(await row.locator('img').evaluate((image) => image.naturalWidth > 0));
      await axe(page);
      await shot(page, `camera-held-${part}`);
      // Leaving would lose it: the browser asks.
      const asked = page.waitForEvent('dialog');
      await page.evaluate(() => setTimeout(() => location.assign('/todo')));
      await (await asked).dismiss();
      await page.context().unroute(`**/pkg/courier.${part}`);
      await page.evaluate(() => dispatchEvent(new Event('online')));
      // Nobody touches anything.
      await tile(page, name).waitFor({ timeout: 60_000 });
      assert.equal(await page.locator('.queue-row').count(), 0);
    }
  });

  test('of which nothing was heard before its code ran out is taken all the same, and says so', async (t) => {
    const { page } = await atTheCamera(t, { at: hasty, look: { context: PLACED } });
    await page.getByText('相机已打开').waitFor();
    await take(page);
    await page.getByText('编号已过期，请换一个编号再拍').waitFor({ timeout: 70_000 });
    await page.getByRole('button', { name: '使用这张' }).click();
    await tile(page, '现场拍摄').waitFor({ timeout: 30_000 });
    const said = await tile(page, '现场拍摄').innerText();
    assert.match(said, /D 级/);
    assert.match(said, /照片登记时编号已经过期/);
    await status(page, '的编号无效：照片登记时编号已经过期').waitFor();
  });

  test('is not taken with a camera that gives no picture: the page says so, and opens one again', async (t) => {
    const { page } = await atTheCamera(t, { at: hasty, line: 1, look: { context: PLACED }, script: cameras });
    const shutter = page.getByRole('button', { name: '拍照', exact: true });
    const happens = (/** @type {string} */ event) =>
      page.evaluate((event) => /** @type {any} */ (globalThis).track.dispatchEvent(new Event(event)), event);
    await shutter.waitFor();
    // Somebody calls, and rings off.
    await happens('mute');
    await status(page, '相机画面已暂停').waitFor();
    assert.ok(await shutter.isHidden());
    await happens('unmute');
    await shutter.waitFor();
    // Another program takes the camera.
    await happens('ended');
    await status(page, '相机已停止').waitFor();
    assert.ok(await shutter.isHidden());
    await page.getByRole('button', { name: '重新打开相机' }).click();
    await shutter.waitFor();
    // The button that was pressed is gone: its focus is at the next.
    await page.locator('#camera-shutter:focus').waitFor();
    // The other camera does not open, though the first was let go for it; the first is opened again.
    await page.getByRole('button', { name: '切换镜头' }).click();
    await status(page, '另一个镜头没有打开').waitFor();
    assert.ok(await shutter.isVisible());
    const held = await page.evaluate(() => [/** @type {any} */ (globalThis).free, /** @type {any} */ (globalThis).track.readyState]);
    assert.deepEqual(held, [true, 'live']);
    // It is taken while the picture is looked at: another picture opens it again.
    await take(page);
    await happens('ended');
    await page.getByRole('button', { name: '重拍' }).click();
    await shutter.waitFor();
    // The phone slept for an hour, and the page's clock with it.
    await page.evaluate(() => {
      const now = Date.now;
      Date.now = () => now() + 3_600_000;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await status(page, '编号已过期').waitFor();
    assert.ok(await shutter.isHidden());
    assert.ok(await page.locator('#camera-stage').isHidden());
    assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).track.readyState), 'ended');
  });

  test('is not taken with a camera that is busy with a call from the start, or that sees nothing at all', async (t) => {
    const { page: during } = await atTheCamera(t, { at: hasty, line: 3, look: { context: PLACED }, script: called });
    await status(during, '相机画面已暂停').waitFor();
    await during.getByRole('button', { name: '重新打开相机' }).waitFor();
    const { page } = await atTheCamera(t, { at: hasty, line: 3, look: { context: PLACED }, script: dark });
    await page.getByRole('button', { name: '拍照', exact: true }).click();
    await status(page, '请再拍一次').waitFor();
    assert.ok(await page.getByRole('button', { name: '使用这张' }).isHidden());
  });

  test('is not taken without the place where its line asks for that', async (t) => {
    const { page } = await atTheCamera(t, { at: hasty, line: 2, look: { context: PLACED }, script: lost });
    // No line of the city asks for it: the page is told that this one does.
    await page.route('**/camera', async (route) => {
      const text = await (await route.fetch()).text();
      const body = text.replace(/needs_place(&quot;|"):false/, 'needs_place$1:true');
      await route.fulfill({ contentType: 'text/html; charset=utf-8', body });
    });
    await page.reload();
    const shutter = page.getByRole('button', { name: '拍照', exact: true });
    await status(page, '取得位置后才能拍照').waitFor();
    assert.ok(await shutter.isHidden());
    await page.getByRole('button', { name: '记录拍摄位置' }).click();
    await page.getByText('位置已取得，精度约 18 米').waitFor();
    await shutter.waitFor();
  });

  test('is not possible where the camera is denied: the page says what to do, and the phone’s own camera gives grade C', async (t) => {
    const { page } = await atTheCamera(t, { line: 2, look: { keeps: true, camera: false } });
    await page.getByText(/浏览器没有允许使用相机/).waitFor();
    await page.getByRole('button', { name: '再试一次' }).waitFor();
    await axe(page);
    await shot(page, 'camera-denied');
    const photo = jpeg({ name: '自带相机.jpg' });
    await page.locator('#capture-camera').setInputFiles(photo.path);
    await turn(page, () => page.getByRole('button', { name: '上传这张照片' }).click());
    assert.deepEqual(await errors(page), []);
    assert.match(await tile(page, photo.name).innerText(), /C 级/);
  });

  test('a form without scripts gives grade C, once', async (t) => {
    for (const look of LOOKS.filter((look) => !look.javaScript)) {
      const { page, code } = await atTheCamera(t, { line: 3, look });
      // Text selectors pass over `noscript`, whatever it shows.
      assert.ok((await page.locator('main noscript').allInnerTexts()).some((text) => text.includes('本页相机需要开启脚本')));
      await axe(page);
      await shot(page, `camera-plain-${look.width}`);
      const photo = jpeg();
      const id = await page.locator('input[name=capture]').inputValue();
      await page.locator('#capture-camera').setInputFiles(photo.path);
      await turn(page, () => page.getByRole('button', { name: '上传这张照片' }).click());
      assert.match(await tile(page, photo.name).innerText(), /C 级/);
      // The code is spent: the page has none any more, and a second file under it is one that was chosen.
      assert.equal(await page.locator('.code').count(), 0, code);
      const again = await page.context().request.post(`/upload${new URL(page.url()).pathname.replace(/^\/cases/, '/case').replace('/lines', '').replace('/camera', '')}`, {
        headers: { accept: 'application/json', origin: portal.url },
        multipart: { capture: id, file: { name: 'noch.jpg', mimeType: 'image/jpeg', buffer: jpeg().bytes } },
      });
      const [told] = await again.json();
      assert.deepEqual([told.ok, told.grade], [true, 'd']);
      assert.match(told.note, /已用于另一张照片/);
      await page.reload();
      for (const name of Object.keys(await filesIn(page, 'capture'))) {
        await turn(page, () => page.getByRole('button', { name: `移除 ${name}` }).click());
      }
    }
  });

  test('is what a line may demand: chosen photos are not enough there, and captured ones are', async (t) => {
    const page = await enter(t, portal, 'owner9', { width: 'phone', context: PLACED, keeps: true });
    await page.goto('/enrolments/new');
    await turn(page, () => page.getByRole('link', { name: '长春市应急管理局' }).click());
    await tick(page.locator('.option').filter({ hasText: '安全警示标志和疏散通道检查' }).getByRole('checkbox'));
    await turn(page, () => page.getByRole('button', { name: '保存，下一步' }).click());
    await send(page, 'enrolment/submit', { promise: 'yes' });
    const officer = await enter(t, portal, 'yjgl-liu');
    await officer.goto('/review/enrolments');
    await turn(officer, () => officer.getByRole('link', { name: '硅谷咖啡馆' }).first().click());
    await send(officer, 'review/enrolment/accept');
    assert.deepEqual(await errors(officer), []);

    const round = await openRound(page);
    const address = await lineCalled(page, '出口和疏散通道');
    await page.getByText('照片须为“B 级', { exact: false }).first().waitFor();
    await upload(page, 'upload', [jpeg(), jpeg()]);
    await send(page, 'case/answer', { answer: 'conforms' });
    const missing = async () => {
      await page.goto(`${round.address}/check`);
      await send(page, 'case/submit');
      return (await page.locator('.error-summary a').allInnerTexts()).filter((text) => text.startsWith('出口和疏散通道')).join();
    };
    assert.match(await missing(), /要求 2 张照片为“B 级[^”]*”或更高等级，还差 2 张/);
    await axe(page);

    for (const count of [1, 2]) {
      await page.goto(`${address}/camera`);
      await turn(page, () => page.getByRole('button', { name: '取编号，开始拍摄' }).click());
      await page.getByText('相机已打开').waitFor();
      await take(page);
      await page.getByRole('button', { name: '使用这张' }).click();
      await tile(page, '现场拍摄').nth(count - 1).waitFor({ timeout: 30_000 });
      if (count === 1) assert.match(await missing(), /还差 1 张/);
    }
    assert.equal(await missing(), '');
  });

  test('looks like the rest, in both languages, large and small', async (t) => {
    for (const width of /** @type {const} */ (['phone', 'desk'])) {
      const { page } = await atTheCamera(t, { line: 1, look: { width, context: PLACED } });
      await page.getByText('相机已打开').waitFor();
      await shots(page, `camera-${width}`);
      await page.context().addCookies([{ name: 'care', value: '1', url: portal.url }]);
      await page.reload();
      await page.getByText('相机已打开').waitFor();
      await axe(page);
      await shot(page, `camera-care-${width}`);
    }
  });
});
