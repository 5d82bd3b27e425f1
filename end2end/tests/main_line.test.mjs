// The main job from end to end: an enterprise registers and applies, checks itself with real files, two officers review
// from their desks, the document is verified by anybody, and the administrator's numbers know of it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { noodleShop } from '../fixtures/enterprises.mjs';
import { file, jpeg, mp4, pdf, png } from '../fixtures/files.mjs';
import { axe, newPage } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import {
  confirm, download, errors, filesIn, fill, form, heading, lines, openRound, send, step, tick, turn, upload,
} from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

const CATERING = '餐饮服务食品安全检查';
const MARKET = '长春市市场监督管理局';

describe('the main line', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  for (const javaScript of [true, false]) {
    test(`the four parts, scripts ${javaScript ? 'on' : 'off'}`, async (t) => {
      const phone = /** @type {const} */ ({ width: 'phone', javaScript });
      const desk = /** @type {const} */ ({ width: 'desk', javaScript });
      const shop = noodleShop();

      const owner = await newPage(t, { portal, ...phone });
      await step(t, 'an owner registers', () => register(owner, shop));

      const officer = await enter(t, portal, 'officer1', desk);
      await step(t, 'an officer confirms the registration', () => confirmRegistration(officer, shop.name));
      await step(t, 'the owner applies', () => apply(owner));
      await step(t, 'the officer accepts', () => accept(officer, shop.name));

      const statistician = await enter(t, portal, 'statistics', desk);
      const decided = await decidedCases(statistician);

      const sent = samples();
      /** @type {Awaited<ReturnType<typeof openRound>>} */
      let round;
      await step(t, 'the owner checks the noodle shop and sends the round', async () => {
        round = await openRound(owner);
        await selfCheck(owner, round, sent, javaScript);
      });
      await step(t, 'the same bytes come back', () => sameBytes(owner, officer, round.id, sent));

      const second = await enter(t, portal, 'officer2', desk);
      await step(t, 'two officers decide', () => decide(officer, second, round, javaScript));
      await step(t, 'the owner reads the document, and anybody can verify it', async () => {
        const stranger = await newPage(t, { portal, ...phone });
        await readAndVerify(owner, stranger, round, shop.name);
      });
      await step(t, 'the numbers know of it', async () => {
        assert.equal(await decidedCases(statistician), decided + 1);
      });
    });
  }
});

/** Everything that is wrong is said at once and nothing typed is lost; then it is right. */
async function register(/** @type {Page} */ page, /** @type {ReturnType<typeof noodleShop>} */ shop) {
  await page.goto('/register');
  const { password, ...typed } = shop;
  const wrong = `${shop.credit_code.slice(0, 17)}${shop.credit_code.endsWith('0') ? '1' : '0'}`;
  await send(page, 'enterprise/register', { ...typed, credit_code: wrong, phone: '', password, password_again: 'other' });
  const found = await errors(page);
  assert.deepEqual(found, [
    '代码校验没有通过，其中有一位可能填错。请对照营业执照逐位核对。',
    '请填写联系电话。',
    '两次输入的密码不一致，请重新输入。',
  ]);
  assert.equal(await page.getByLabel('企业名称').inputValue(), shop.name);
  assert.equal(await page.getByLabel('密码', { exact: true }).inputValue(), '');
  await axe(page);
  // Each error leads to its field.
  await page.locator('.error-summary a').nth(1).click();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'phone');

  const { credit_code, phone } = shop;
  await send(page, 'enterprise/register', { credit_code, phone, password, password_again: password });
  assert.equal(new URL(page.url()).pathname, '/todo');
  await page.getByText('注册信息已提交，您已登录').waitFor();
  await axe(page);
  // Until it is confirmed one can read the conditions and not apply.
  await page.goto('/enrolments/new');
  await turn(page, () => page.getByRole('link', { name: MARKET }).click());
  await page.getByText('企业登记还在等待部门确认').waitFor();
  assert.equal(await page.getByRole('button', { name: '保存，下一步' }).count(), 0);
}

/** What waits leads there; what is known of the enterprise is recorded for its application. */
async function confirmRegistration(/** @type {Page} */ page, /** @type {string} */ name) {
  await page.goto('/todo');
  await turn(page, () => page.getByRole('link', { name }).click());
  await axe(page);
  await send(page, 'review/registration/confirm');
  await page.getByText('已确认').first().waitFor();
  await send(page, 'review/registration/conduct', {
    grade: 'A',
    operating: 'yes',
    low_risk_field: 'yes',
    major_hazard: 'no',
    listed_dishonest: 'no',
    last_penalty: 'none',
    last_complaint: 'none',
    last_tampering: 'none',
  });
  assert.deepEqual(await errors(page), []);
}

/** Line by line why it qualifies, or not; signed before it is sent. */
async function apply(/** @type {Page} */ page) {
  await page.goto('/todo');
  await turn(page, () => page.getByRole('link', { name: '申请无感监管' }).click());
  await turn(page, () => page.getByRole('link', { name: MARKET }).click());
  await axe(page);
  const card = (/** @type {string} */ name) => page.locator('.option').filter({ hasText: name });
  const fits = card(CATERING);
  assert.match(await fits.innerText(), /符合条件，可以申请/);
  for (const rule of await fits.locator('.rule').all()) assert.match(await rule.innerText(), /符合|没有此情形/);
  const unfit = page.locator('.option-off').filter({ hasText: '所属行业在事项适用范围内' }).first();
  assert.match(await unfit.innerText(), /暂不符合条件[\s\S]*不符合[\s\S]*您的行业不在这个事项的检查范围内/);
  assert.ok(await unfit.getByRole('checkbox').isDisabled());

  await send(page, 'enrolment/write');
  assert.deepEqual(await errors(page), ['请至少选择一个检查事项。']);
  await tick(card(CATERING).getByRole('checkbox'));
  await turn(page, () => page.getByRole('button', { name: '保存，下一步' }).click());
  await axe(page);
  await send(page, 'enrolment/submit');
  assert.deepEqual(await errors(page), ['请阅读承诺并勾选同意。']);
  await send(page, 'enrolment/submit', { promise: 'yes' });
  await page.getByText('部门正在审核').waitFor();
}

async function accept(/** @type {Page} */ page, /** @type {string} */ name) {
  await page.goto('/todo');
  await turn(page, () => page.getByRole('link', { name }).click());
  await axe(page);
  await send(page, 'review/enrolment/accept');
  assert.deepEqual(await errors(page), []);
  await page.locator('.badge').filter({ hasText: '有效' }).first().waitFor();
}

/** One file of every kind that the lines ask for, and a photo from a camera where there is a collection of them. */
function samples() {
  const { WUGAN_SAMPLES: folder } = process.env;
  const names = folder ? readdirSync(folder).filter((name) => /^(?!corrupt).*\.jpg$/i.test(name)).sort() : [];
  assert.ok(!folder || names.length > 0, `there is no photo in ${folder}`);
  const real = names.slice(0, 1).map((name) => file(name, 'image/jpeg', readFileSync(path.join(/** @type {string} */ (folder), name))));
  const camera = { takenAt: new Date(), latitude: 43.8668, longitude: 125.3501 };
  return {
    licence: [jpeg({ name: '营业执照 许可证.jpg', camera })],
    health: [png({ name: '健康证名册.png' }), pdf({ name: '健康证明.pdf' })],
    kitchen: [jpeg({ name: '操作台.jpg' }), mp4({ name: '后厨.mp4' }), ...(real.length > 0 ? real : [jpeg({ name: '生熟分开.jpg' })])],
  };
}

/** @typedef {ReturnType<typeof samples>} Samples */

async function selfCheck(
  /** @type {Page} */ page,
  /** @type {Awaited<ReturnType<typeof openRound>>} */ round,
  /** @type {Samples} */ sent,
  /** @type {boolean} */ javaScript,
) {
  assert.equal(await heading(page), `${MARKET}自查`);
  await axe(page);
  const found = await lines(page);
  assert.equal(found.length, 4);

  // Too early: everything that is missing at once, each leading to its line.
  await page.goto(`${round.address}/check`);
  await send(page, 'case/submit');
  const missing = page.locator('.error-summary a');
  assert.match((await missing.allInnerTexts()).join('\n'), /许可证公示：[\s\S]*加工场所卫生和生熟分开：[\s\S]*餐用具清洗消毒和保洁：/);
  for (const link of await missing.all()) assert.ok(found.includes((await link.getAttribute('href')) ?? ''));
  await axe(page);
  await turn(page, () => missing.first().click());

  // "Save, next line" leads through all of them.
  assert.equal(await heading(page), '许可证公示');
  await upload(page, 'upload', sent.licence);
  await axe(page);
  await send(page, 'case/answer', { answer: 'conforms' });
  assert.equal(await heading(page), '从业人员健康证明');
  await upload(page, 'upload', sent.health);
  await send(page, 'case/answer', { answer: 'conforms', note: '共 6 人，均在有效期内 ✅' });
  assert.equal(await heading(page), '加工场所卫生和生熟分开');
  await upload(page, 'upload', sent.kitchen);
  await send(page, 'case/answer', { answer: 'conforms' });
  assert.equal(await heading(page), '餐用具清洗消毒和保洁');
  // Saved, but told at once what it lacks.
  await send(page, 'case/answer', { answer: 'not_applicable' });
  assert.match((await errors(page)).join(), /请补一句说明/);
  await send(page, 'case/answer', { answer: 'not_applicable', note: '使用一次性餐具，不设消毒间' });

  assert.equal(new URL(page.url()).pathname, `${round.address}/check`);
  await page.getByText('都已填好，可以提交').waitFor();
  await axe(page);
  await send(page, 'case/submit');
  assert.equal(await heading(page), '自查已提交');
  assert.match(await page.locator('main').innerText(), new RegExp(`${round.number}[\\s\\S]*接下来[\\s\\S]*前审核，不到现场`));
  await axe(page);
  // From here it is fixed.
  await page.goto(found[0]);
  assert.equal(await form(page, 'case/answer').count(), 0);
  await page.getByText('这一项现在不能更改').waitFor();
}

/** Enterprise and officer get exactly what was sent; other enterprises learn nothing. */
async function sameBytes(
  /** @type {Page} */ owner,
  /** @type {Page} */ officer,
  /** @type {string} */ id,
  /** @type {Samples} */ sent,
) {
  /** @type {Record<string, string>} */
  const places = {};
  await owner.goto(`/cases/${id}`);
  for (const line of await lines(owner)) {
    await owner.goto(line);
    Object.assign(places, await filesIn(owner, 'upload'));
  }
  for (const sample of Object.values(sent).flat()) {
    const address = places[sample.name];
    assert.ok(address, `${sample.name} is not there`);
    for (const page of [owner, officer]) {
      const answer = await download(page, address);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], sample.type);
      assert.equal(createHash('sha256').update(answer.bytes).digest('hex'), sample.sha256, sample.name);
    }
  }
}

async function decide(
  /** @type {Page} */ first,
  /** @type {Page} */ second,
  /** @type {Awaited<ReturnType<typeof openRound>>} */ round,
  /** @type {boolean} */ javaScript,
) {
  await first.goto(`/review?number=${round.number}`);
  await axe(first);
  await turn(first, () => first.getByRole('link', { name: round.number }).click());
  await send(first, 'review/take');
  await axe(first);

  // The colleague sees who has it.
  await second.goto(`/review/${round.id}`);
  await second.getByText('张敏').first().waitFor();
  assert.equal(await form(second, 'review/line').count(), 0);

  // A verdict that asks for more needs a reason.
  await send(first, 'review/line', { verdict: 'insufficient' });
  assert.equal((await errors(first)).length, 1);
  for (let left = 4; left > 0; left -= 1) {
    await send(first, 'review/line', { verdict: 'accepted' });
    assert.deepEqual(await errors(first), []);
  }
  await first.goto(`/review/${round.id}/outcome`);
  await axe(first);
  await first.goto(`/review/${round.id}/outcome?outcome=no_issue`);
  await send(first, 'review/propose', { note: '四项材料齐全，照片清楚。' });

  // Whoever proposed cannot confirm, not even past the page.
  assert.equal(await form(first, 'review/confirm').count(), 0);
  const forced = await first.context().request.post('/api/review/confirm', {
    form: { case: round.id },
    headers: { accept: 'application/json', 'sec-fetch-site': 'same-origin' },
  });
  assert.equal(forced.status(), 422);

  await second.goto('/todo');
  await turn(second, () => second.getByRole('link', { name: round.number }).click());
  await second.getByText('四项材料齐全，照片清楚。').waitFor();
  await axe(second);
  await confirm(second, round.id);
  await second.getByText('检查结果告知书').first().waitFor();
  await axe(second);
}

async function readAndVerify(
  /** @type {Page} */ owner,
  /** @type {Page} */ stranger,
  /** @type {Awaited<ReturnType<typeof openRound>>} */ round,
  /** @type {string} */ name,
) {
  await owner.goto(round.address);
  await owner.getByText('未发现问题').first().waitFor();
  await turn(owner, () => owner.getByRole('link', { name: '检查结果告知书' }).click());
  const sheet = owner.locator('.sheet');
  assert.match(await sheet.innerText(), new RegExp(`${MARKET}[\\s\\S]*检查结果告知书[\\s\\S]*长市监检结〔\\d{4}〕\\d+号[\\s\\S]*${name}`));
  assert.match(await sheet.innerText(), /张敏[\s\S]*李志强/);
  await axe(owner);
  const code = await sheet.locator('.sheet-code').innerText();

  await stranger.goto('/verify');
  await axe(stranger);
  // As somebody types it who reads O for 0.
  await stranger.locator('main input[name=code]').fill(code.toLowerCase().replaceAll('0', 'o'));
  await turn(stranger, () => stranger.locator('main form').first().getByRole('button').click());
  assert.equal(await heading(stranger), '这是一份真实的文书');
  const told = await stranger.locator('main').innerText();
  assert.match(told, /长市监检结/);
  assert.ok(!told.includes(name), 'the name of the enterprise is not for everybody');
  await axe(stranger);

  // One character less is no code, another one is no document.
  await stranger.goto(`/verify/${code.slice(0, -1)}`);
  assert.match((await stranger.locator('main').innerText()), /查验码应为 20 位/);
  await stranger.goto(`/verify/${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`);
  assert.equal(await heading(stranger), '没有查到这个查验码');
}

/** How many cases of this year were decided online, by the records behind the number. */
async function decidedCases(/** @type {Page} */ page) {
  await page.goto('/dashboard/records?number=remote&of=decided');
  const here = await page.locator('.tabs [aria-current]').innerText();
  return Number(/（([\d,]+)）/.exec(here)?.[1].replaceAll(',', ''));
}
