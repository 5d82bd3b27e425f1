// A problem that the enterprise reports itself: guidance instead of a fine, proof before and after, and it is settled.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg, pdf } from '../fixtures/files.mjs';
import { axe } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import {
  confirm, download, errors, filesIn, fillRound, openRound, propose, review, send, sendRound, step, turn, upload,
} from '../fixtures/steps.mjs';

const LINE = '加工场所卫生和生熟分开';
const FACT = '后厨操作台上生肉与熟食共用一块案板。';

for (const javaScript of [true, false]) {
  describe(`guidance, scripts ${javaScript ? 'on' : 'off'}`, () => {
    /** @type {import('../fixtures/server.mjs').Portal} */
    let portal;
    before(async () => {
      portal = await startCity();
    });
    after(async () => portal?.remove());

    test('a problem is reported, guided, put right, verified', async (t) => {
      // What leads to the problem is filled in form by form once.
      const quick = { quick: javaScript };
      const owner = await enter(t, portal, 'owner1', { javaScript });
      const officer = await enter(t, portal, 'officer1', { javaScript });
      const second = await enter(t, portal, 'officer2', { javaScript });

      const round = await openRound(owner);
      await fillRound(owner, round.address, { [LINE]: { answer: 'does_not', note: '案板混用，已停用，明天更换。' } }, quick);
      await sendRound(owner, round.address);

      await review(officer, round.id, {
        [LINE]: { verdict: 'problem_found', fact: FACT, why: '生熟混用会造成交叉污染。', steps: '停用这块案板。\n按颜色分开生熟案板。', days: '10' },
      }, quick);
      // With a problem found "no issue" does not fit, and its reason stands there.
      await officer.goto(`/review/${round.id}/outcome?outcome=no_issue`);
      assert.equal(await officer.locator('form[action="/api/review/propose"]').count(), 0);
      assert.match(await officer.locator('main').innerText(), /这一结论与各项审核意见不一致/);
      await axe(officer);
      await propose(officer, round.id, 'guidance');
      await confirm(second, round.id);

      await step(t, 'the enterprise reads what, why and how', async () => {
        await owner.goto('/todo');
        await turn(owner, () => owner.getByRole('link', { name: '整改问题并上传材料' }).first().click());
        const told = await owner.locator('main').innerText();
        assert.match(told, new RegExp(`${FACT}[\\s\\S]*主动报告[\\s\\S]*按颜色分开生熟案板[\\s\\S]*生熟混用会造成交叉污染`));
        await axe(owner);
        await turn(owner, () => owner.getByRole('link', { name: '查看文书' }).click());
        const sheet = await owner.locator('.sheet').innerText();
        assert.match(sheet, /整改指导意见书[\s\S]*长市监整指〔\d{4}〕\d+号/);
        assert.doesNotMatch(sheet.replace(/不是警告/g, ''), /警告/);
        await axe(owner);
        await owner.goBack();
      });

      const finding = new URL(owner.url()).pathname;
      const before = jpeg({ name: '整改前.jpg' });
      const after = [jpeg({ name: '整改后.jpg' }), pdf({ name: '新案板进货单.pdf' })];
      await step(t, 'proof without a file is told, and the note is kept', async () => {
        await send(owner, 'finding/resubmit', { note: '已更换案板并贴标识。' });
        assert.match((await errors(owner)).join(), /请至少上传一张整改后的照片/);
        const note = owner.locator('textarea[name=note]');
        assert.equal(await note.inputValue(), '已更换案板并贴标识。');
        await upload(owner, 'before', [before]);
        await upload(owner, 'after', after);
        // Without scripts each upload brought the page anew.
        assert.equal(await note.inputValue(), '已更换案板并贴标识。');
        await send(owner, 'finding/resubmit');
        await owner.getByText('执法人员正在复核').waitFor();
        await axe(owner);
      });

      await step(t, 'the officer sends it back once, with a reason', async () => {
        await officer.goto('/todo');
        await turn(officer, () => officer.locator(`a[href="${finding.replace('/findings', '/review/findings')}"]`).click());
        const files = await officer.locator('.sides a[download]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
        const digests = await Promise.all(files.map(async (file) => createHash('sha256').update((await download(officer, file)).bytes).digest('hex')));
        for (const sample of [before, ...after]) assert.ok(digests.includes(sample.sha256), `${sample.name} is not before the officer`);
        await axe(officer);
        await send(officer, 'review/finding/return');
        assert.equal((await errors(officer)).length, 1);
        await send(officer, 'review/finding/return', { return_reason: '请补拍刀具分开存放的照片。' });
        await owner.goto(finding);
        await owner.getByText('请补拍刀具分开存放的照片。').waitFor();
        await axe(owner);
      });

      await step(t, 'proof is not sent over photos that another phone still sends, unless they are left', async () => {
        const [knives, slow, late] = ['刀具.jpg', '还在路上.jpg', '来不及.jpg'].map((name) => jpeg({ name }));
        const finishSlow = await begin(owner, finding, slow);
        const finishLate = await begin(owner, finding, late);
        await upload(owner, 'after', [knives]);
        const list = owner.locator('#after-files');
        assert.match(await list.innerText(), /还有 2 个文件没有传完/);
        await send(owner, 'finding/resubmit', { note: '刀具已分开存放。' });
        assert.match((await errors(owner)).join(), /还有 2 个文件没有传完，本次没有提交/);
        for (const { name } of [slow, late]) assert.ok((await list.innerText()).includes(name), `${name} is not named`);
        assert.equal(await owner.locator('textarea[name=note]').inputValue(), '刀具已分开存放。');
        await axe(owner);
        assert.equal((await finishSlow()).status(), 204);
        await send(owner, 'finding/resubmit');
        assert.match((await errors(owner)).join(), /还有 1 个文件没有传完/);
        await send(owner, 'finding/resubmit', { leave: 'yes' });
        await owner.getByText('执法人员正在复核').waitFor();
        assert.equal((await finishLate()).status(), 410);
        const sent = await filesIn(owner, 'after');
        for (const { name, bytes } of [knives, slow]) assert.deepEqual((await download(owner, sent[name])).bytes, bytes);
        assert.equal(sent[late.name], undefined);
      });

      await step(t, 'put right, verified, closed', async () => {
        await officer.goto(finding.replace('/findings', '/review/findings'));
        await send(officer, 'review/finding/verify');
        assert.deepEqual(await errors(officer), []);
        await axe(officer);
        await owner.goto(finding);
        await owner.getByText('整改到位，已办结').waitFor();
        await owner.goto(round.address);
        await owner.locator('.badge').filter({ hasText: '已办结' }).first().waitFor();
        await axe(owner);
      });
    });
  });
}

/**
 * Begins to send a photo after the rectification, as another phone of the same person does.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} finding its address
 * @param {import('../fixtures/files.mjs').Sample} sample
 * @returns what sends the rest
 */
async function begin(page, finding, { name, bytes }) {
  const { request } = page.context();
  const half = bytes.length >> 1;
  const told = { filename: name, finding: finding.split('/')[2], moment: 'after' };
  const metadata = Object.entries(told).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
  const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin', 'content-type': 'application/offset+octet-stream', 'tus-resumable': '1.0.0' };
  const begun = await request.post('/api/v1/uploads', {
    data: bytes.subarray(0, half),
    headers: { ...headers, 'upload-length': String(bytes.length), 'upload-metadata': metadata.join() },
  });
  assert.equal(begun.status(), 201, name);
  const { pathname } = new URL(begun.headers().location);
  return () => request.patch(pathname, { data: bytes.subarray(half), headers: { ...headers, 'upload-offset': String(half) } });
}
