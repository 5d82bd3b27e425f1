// What goes wrong in offices and shops: the wrong file, a broken connection, a login that ended, a button pressed twice.
// Whatever happens, it is said what to do, and nothing that was received is lost.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { file, jpeg, jpegOf, mp4, noise, png } from '../fixtures/files.mjs';
import { allow, axe, newPage } from '../fixtures/page.mjs';
import { PEOPLE, enter } from '../fixtures/people.mjs';
import { download, errors, fill, filesIn, fillRound, form, heading, lines, openRound, send, takeOut, turn, upload } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Photos may have half a megabyte here, so that a test can exceed it. */
const LIMIT = 500_000;

describe('bad input', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity({ env: { WUGAN_RULES__EVIDENCE__PHOTO: String(LIMIT) } });
  });
  after(async () => portal?.remove());

  const larger = () => jpegOf(LIMIT + 1, '太大.jpg');
  const files = /** @type {const} */ ([
    ['an empty file', () => file('空.jpg', 'image/jpeg', Buffer.alloc(0)), /是空的/],
    ['bytes that are no photo, named so', () => noise({ name: '不是照片.jpg', type: 'image/jpeg' }), /不能识别这种文件/],
    ['a video where a photo is asked for', () => mp4({ name: '录像.mp4' }), /这一项不需要视频|这种文件不能上传/],
    ['a photo over the limit', larger, /0\.6 MB，上限是 0\.5 MB/],
  ]);

  for (const javaScript of [true, false]) {
    test(`files that cannot be taken, scripts ${javaScript ? 'on' : 'off'}`, async (t) => {
      const page = await enter(t, portal, 'owner1', { width: 'phone', javaScript });
      const line = await lineAsking(page, '照片');
      const good = jpeg({ name: '好照片.jpg' });
      await upload(page, 'upload', [good]);
      const there = await page.locator('#upload-files .file').count();
      // A refusal is no fault of the page.
      allow(page, /status of 4(13|22)/);
      for (const [what, make, says] of files) {
        await t.test(what, async () => {
          const bad = make();
          await give(page, bad);
          if (javaScript) {
            const row = page.locator('.queue-row.is-problem').filter({ hasText: bad.name });
            await row.waitFor();
            assert.match(await row.innerText(), says);
            await row.getByRole('button', { name: `移除 ${bad.name}` }).click();
            await row.waitFor({ state: 'detached' });
          } else {
            const told = (await errors(page)).join();
            assert.match(told, says);
            assert.ok(told.includes(bad.name), 'the file is named');
            await axe(page);
          }
          assert.equal(await page.locator('#upload-files .file').count(), there, 'nothing was lost or added');
        });
      }
      await page.goto(line);
      assert.deepEqual((await download(page, (await filesIn(page, 'upload'))[good.name])).bytes, good.bytes);
      await takeOut(page, good.name);
    });

    test(`names of every kind, scripts ${javaScript ? 'on' : 'off'}`, async (t) => {
      const page = await enter(t, portal, 'owner1', { javaScript });
      await lineAsking(page, '照片');
      // What people send, and what is shown of it.
      const names = [
        ['店里 🍜😀.jpg', '店里 🍜😀.jpg'],
        ['＜script＞alert(1)＜／script＞.jpg', '＜script＞alert(1)＜／script＞.jpg'],
        ['<img src=x onerror=alert(1)>.jpg', '<img src=x onerror=alert(1)>.jpg'],
        ['../../etc/passwd.jpg', 'passwd.jpg'],
        ['C:\\照片\\门头.jpg', '门头.jpg'],
        ['"引号"; filename=x.jpg', '"引号"; filename=x.jpg'],
        [`${'长'.repeat(296)}.jpg`, `${'长'.repeat(240)}…${'长'.repeat(10)}.jpg`],
      ];
      for (const [sent, shown] of names) {
        const { bytes } = jpeg();
        const id = await announce(page, sent, bytes);
        await page.reload();
        assert.ok(Object.keys(await filesIn(page, 'upload')).includes(shown), sent);
        assert.ok(await page.locator('a.file-name').filter({ hasText: shown }).isVisible());
        const back = await download(page, `/evidence/${id}`);
        assert.deepEqual(back.bytes, bytes);
        assert.match(back.headers['content-disposition'], /^attachment; filename="[ -~]*"; filename\*=UTF-8''/);
        await send(page, 'evidence/remove');
        assert.deepEqual(await errors(page), []);
      }
    });
  }

  test('the same file twice is one file', async (t) => {
    const page = await enter(t, portal, 'owner1', { javaScript: false });
    await lineAsking(page, '照片');
    const photo = png({ name: '一次.png' });
    await upload(page, 'upload', [photo]);
    const there = await page.locator('#upload-files .file').count();
    await give(page, photo);
    await page.getByText(/已经在|已收到过|重复/).first().waitFor();
    assert.equal(await page.locator('#upload-files .file').count(), there);
    await takeOut(page, photo.name);
  });

  test('a connection that is cut loses nothing, and goes on', async (t) => {
    const page = await enter(t, portal, 'owner1', { width: 'phone' });
    await lineAsking(page, '照片');
    const kept = jpeg({ name: '已收到.jpg' });
    await upload(page, 'upload', [kept]);
    const there = await page.locator('#upload-files .file').count();

    await t.test('in the browser: it says so, keeps the file, and tries again', async () => {
      allow(page, /api\/v1\/uploads\S* net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION_\w+)|Failed to load resource: net::ERR/);
      await page.route('**/api/v1/uploads**', (route) => route.abort('internetdisconnected'));
      const photo = jpeg({ name: '断网.jpg' });
      await page.locator('#upload-file').setInputFiles(photo.path);
      const row = page.locator('.queue-row').filter({ hasText: photo.name });
      await row.filter({ hasText: /网络中断，文件已存在手机里/ }).waitFor();
      await page.unroute('**/api/v1/uploads**');
      await row.getByRole('button', { name: `重试 ${photo.name}` }).click();
      await page.locator('#upload-files .file').nth(there).waitFor();
      assert.deepEqual((await download(page, (await filesIn(page, 'upload'))[photo.name])).bytes, photo.bytes);
    });

    await t.test('in the middle of the bytes: nothing of it is kept', async () => {
      const [address, cookie] = [await uploadAddress(page), await cookies(page)];
      const { bytes } = jpegOf(300_000);
      const { hostname, port, host } = new URL(portal.url);
      for (const part of [1, 1000, 200_000, bytes.length - 1]) {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        const head = [
          `POST ${address} HTTP/1.1`, `Host: ${host}`, `Cookie: ${cookie}`, `Origin: ${portal.url}`,
          'Content-Type: multipart/form-data; boundary=cut', `Content-Length: ${bytes.length + 1000}`, '',
          '--cut', 'Content-Disposition: form-data; name="files"; filename="cut.jpg"', 'Content-Type: image/jpeg', '', '',
        ];
        socket.write(head.join('\r\n'));
        await new Promise((resolve) => socket.write(bytes.subarray(0, part), resolve));
        socket.destroy();
      }
      await page.reload();
      const names = Object.keys(await filesIn(page, 'upload'));
      assert.equal(names.length, there + 1);
      assert.ok(names.includes(kept.name) && !names.includes('cut.jpg'));
    });
  });

  test('a button pressed twice does it once', async (t) => {
    const page = await enter(t, portal, 'owner2', { javaScript: false });
    const round = await openRound(page);
    await fillRound(page, round.address);
    for (const line of await lines(await at(page, round.address))) {
      await page.goto(line);
      if ((await form(page, 'case/answer').count()) > 0) await upload(page, 'upload', [jpeg()]);
    }
    const post = () => page.context().request.post('/api/case/submit', {
      form: { case: round.id },
      headers: { ...OWN, accept: 'application/json' },
    });
    const statuses = (await Promise.all([post(), post(), post()])).map((answer) => answer.status()).sort();
    assert.equal(statuses[0], 200);
    for (const status of statuses.slice(1)) assert.ok([409, 422].includes(status), `${statuses}`);
    // Who presses it again is told where it stands, and it was sent once.
    await page.goto(round.address);
    assert.equal(await page.locator('.timeline').getByText('企业提交', { exact: true }).count(), 2);
    // The page from before, reached with "back", does no harm.
    await page.goto(`${round.address}/check`);
    assert.equal(new URL(page.url()).pathname, round.address);
  });

  test('back, and send an old page again', async (t) => {
    const page = await enter(t, portal, 'owner6', { javaScript: false });
    await page.goto('/enterprise/edit');
    await send(page, 'enterprise/correct', { contact: '付晓燕', phone: '10000431111' });
    await page.goBack();
    await send(page, 'enterprise/correct', { phone: '10000432222' });
    assert.deepEqual(await errors(page), []);
    await page.getByText('10000432222').first().waitFor();
  });

  test('two people at one line do not undo each other unseen', async (t) => {
    const owner = await enter(t, portal, 'owner1', { javaScript: false });
    const round = await openRound(owner);
    const [line] = (await lines(owner)).slice(-1);
    const operator = await enter(t, portal, 'operator1', { javaScript: false });
    const typing = await enter(t, portal, 'operator1', { width: 'phone' });
    for (const page of [owner, operator, typing]) await page.goto(line);
    await send(owner, 'case/answer', { answer: 'does_not', note: '价签缺少计价单位。' });
    await send(operator, 'case/answer', { answer: 'conforms', note: '已核对。' });
    assert.match((await errors(operator)).join(), /刚在其他页面、设备上或由同事改过，现在保存的是“不符合.*价签缺少计价单位。”/);
    assert.equal(await operator.locator('[name=note]').inputValue(), '已核对。');
    await axe(operator);
    // What is saved while somebody types is told there, and stays on the page.
    allow(typing, /status of 422/);
    await typing.locator('[name=note]').fill('价签都在。');
    await typing.locator('.autosave-trouble').getByText(/刚在其他页面、设备上或由同事改过.*请先点保存/).waitFor();
    await owner.goto(line);
    assert.equal(await owner.locator('[name=note]').inputValue(), '价签缺少计价单位。');
    // Whoever has seen it may change it, and then goes on as often as it takes.
    await send(operator, 'case/answer');
    await operator.goto(line);
    for (const note of ['已核对价签。', '已逐一核对价签。']) {
      await send(operator, 'case/answer', { note });
      assert.doesNotMatch((await errors(operator)).join(), /刚在其他页面/);
      await operator.goto(line);
      assert.equal(await operator.locator('[name=note]').inputValue(), note);
    }
    await owner.goto(round.address);
  });

  test('a login that ended while somebody was typing', async (t) => {
    const page = await enter(t, portal, 'owner1', { javaScript: false });
    const round = await openRound(page);
    const [line] = await lines(page);
    await page.goto(line);
    const note = '证照在装修，原件暂存柜台。'.repeat(3);
    await fill(form(page, 'case/answer'), { answer: 'does_not', note });
    // Ended from another device.
    const other = await enter(t, portal, 'owner1', { javaScript: false });
    await other.goto('/account');
    await send(other, 'account/session/end-others');
    await turn(page, () => form(page, 'case/answer').locator('button[type=submit]').last().click());

    assert.match(page.url(), /\/login\?next=/);
    await page.getByText('登录已过期，您填写的内容已经保留').waitFor();
    await axe(page);
    // A wrong password does not lose it either.
    await send(page, 'account/login', { login: 'owner1', password: 'Wrong-Password-26' });
    assert.match((await errors(page)).join(), /账号或密码不正确/);
    // Meanwhile a colleague writes there.
    const colleague = await enter(t, portal, 'operator1', { javaScript: false });
    await colleague.goto(line);
    await send(colleague, 'case/answer', { answer: 'conforms', note: '证照已挂墙。' });
    await send(page, 'account/login', { login: 'owner1', password: PEOPLE.owner1.password });
    assert.equal(new URL(page.url()).pathname, line);
    assert.equal(await page.locator('[name=note]').inputValue(), note);
    assert.ok(await page.locator('[name=answer][value=does_not]').isChecked());
    await axe(page);
    await send(page, 'case/answer');
    assert.match((await errors(page)).join(), /现在保存的是“.*证照已挂墙。”/, 'what was kept does not go over it unseen');
    await send(page, 'case/answer');
    await page.goto(round.address);
    await page.getByText('已报告问题').first().waitFor();
  });

  test('a text that is too long, or has control characters', async (t) => {
    const page = await enter(t, portal, 'owner1', { javaScript: false });
    await openRound(page);
    const [line] = await lines(page);
    await page.goto(line);
    await page.locator('[name=note]').evaluate((area) => area.removeAttribute('maxlength'));
    await send(page, 'case/answer', { answer: 'does_not', note: '字'.repeat(2001) });
    assert.match((await errors(page)).join(), /2001 个字，最多 2000 个字/);
    assert.equal((await page.locator('[name=note]').inputValue()).length, 2001);
    const script = '</textarea><script>alert(1)</script> ＜script＞ 😀 "\' &amp;';
    await send(page, 'case/answer', { answer: 'does_not', note: script });
    await page.goto(line);
    assert.equal(await page.locator('[name=note]').inputValue(), script);
  });

  test('only our own pages may post', async (t) => {
    const page = await enter(t, portal, 'owner1', { javaScript: false });
    const { pathname } = new URL((await openRound(page)).address, portal.url);
    const cookie = await cookies(page);
    const post = (/** @type {Record<string, string>} */ headers) =>
      fetch(`${portal.url}/logout`, { method: 'POST', redirect: 'manual', headers: { cookie, accept: 'text/html', ...headers } });
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
      const answer = await post(/** @type {Record<string, string>} */ (headers));
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.match(await answer.text(), /<h1>/);
    }
    // Nothing was done.
    assert.equal((await page.goto(pathname))?.status(), 200);
    assert.equal((await post({ origin: portal.url })).status, 303);
    await page.goto(pathname);
    assert.match(page.url(), /\/login\?next=/);
  });

  test('a deep link waits behind the login, also for somebody it is not for', async (t) => {
    const page = await newPage(t, { portal, javaScript: false });
    const owner = await enter(t, portal, 'owner3', { javaScript: false });
    await owner.goto('/todo');
    const task = await owner.locator('.tasks a').first().getAttribute('href');
    await page.goto(task ?? '');
    assert.match(page.url(), /\/login\?next=/);
    await page.getByText('登录后会回到您刚才的页面。').waitFor();
    await send(page, 'account/login', { login: 'owner3', password: PEOPLE.owner3.password });
    assert.equal(new URL(page.url()).pathname, task);

    // Another enterprise may not know that it exists; an enterprise may know that there is a desk.
    const stranger = await enter(t, portal, 'owner4', { javaScript: false });
    allow(stranger, /status of 40[34]/);
    assert.equal((await stranger.goto(task ?? ''))?.status(), 404);
    assert.equal(await heading(stranger), '没有找到这个页面');
    await axe(stranger);
    for (const address of ['/audit', '/admin/accounts', '/review', '/agency/visits/plan']) {
      assert.ok([403, 404].includes((await stranger.goto(address))?.status() ?? 0), address);
      await axe(stranger);
    }
    // No address of somebody else is followed.
    await page.goto('/login?next=https://evil.example/');
    assert.equal(new URL(page.url()).host, new URL(portal.url).host);
    for (const address of ['/cases/not-an-id', '/evidence/00000000-0000-7000-8000-000000000000', '/nowhere']) {
      allow(stranger, /status of 404/);
      assert.equal((await stranger.goto(address))?.status(), 404);
      assert.equal(await stranger.locator('h1').count(), 1);
    }
  });
});

/** What a browser says of a request of our own pages. */
const OWN = { accept: 'application/json', 'sec-fetch-site': 'same-origin' };

/** The page at an address. */
async function at(/** @type {Page} */ page, /** @type {string} */ address) {
  await page.goto(address);
  return page;
}

/** Opens the first line of the open round that asks for photos alone; its address. */
async function lineAsking(/** @type {Page} */ page, /** @type {string} */ kind) {
  await openRound(page);
  for (const line of await lines(page)) {
    await page.goto(line);
    const about = page.locator('#upload-about');
    const asks = (await about.count()) > 0 && new RegExp(`^${kind}[^；]*$`).test(await about.innerText());
    // Room enough for whatever a test sends.
    if (asks && (await page.locator('#upload-files .file').count()) === 0) return line;
  }
  throw new Error(`no empty line asks for ${kind} alone`);
}

/** Gives one file to the form, whatever comes of it. */
async function give(/** @type {Page} */ page, /** @type {import('../fixtures/files.mjs').Sample} */ sample) {
  const field = page.locator('#upload-file');
  await field.setInputFiles(sample.path);
  const button = page.locator('.upload-send');
  if (await button.isVisible()) await turn(page, () => button.click());
}

/** Where the page sends its files. */
async function uploadAddress(/** @type {Page} */ page) {
  return (await page.locator('form[action^="/upload/"]').first().getAttribute('action')) ?? '';
}

/** Sends a file to the line of a page by the door for scripts, under any name there is; the number it got. */
async function announce(/** @type {Page} */ page, /** @type {string} */ name, /** @type {Buffer} */ bytes) {
  const [round, line] = (await uploadAddress(page)).split('/').slice(-2);
  const metadata = Object.entries({ filename: name, case: round, line }).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
  const answer = await page.context().request.post('/api/v1/uploads', {
    data: bytes,
    headers: {
      ...OWN, 'content-type': 'application/offset+octet-stream', 'tus-resumable': '1.0.0',
      'upload-length': String(bytes.length), 'upload-metadata': metadata.join(),
    },
  });
  assert.equal(answer.status(), 201, name);
  return answer.headers()['wugan-evidence'];
}

/** The cookies of a page as a request has them. */
async function cookies(/** @type {Page} */ page) {
  return (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
}
