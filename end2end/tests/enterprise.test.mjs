// What an owner does for the own enterprise, with an old phone and without scripts: registers and is told what to
// correct, answers an agency that returns and refuses, takes an application back, adds a colleague, changes the password.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { noodleShop } from '../fixtures/enterprises.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { allow, axe, newPage } from '../fixtures/page.mjs';
import { enter, login } from '../fixtures/people.mjs';
import { errors, form, heading, lines, openRound, send, step, tick, turn } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {ReturnType<typeof noodleShop>} Shop */

const MARKET = '长春市市场监督管理局';
const PHONE = /** @type {const} */ ({ width: 'phone', javaScript: false });
const DESK = /** @type {const} */ ({ width: 'desk', javaScript: false });

describe('an enterprise and its people', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  test('from registration to a new password', async (t) => {
    const shop = noodleShop();
    const owner = await newPage(t, { portal, ...PHONE });
    await step(t, 'wrong input is told beside every field, and nothing typed is lost', () => register(owner, shop));

    const officer = await enter(t, portal, 'officer1', DESK);
    await step(t, 'a registration that is refused is corrected and confirmed', () => correct(owner, officer, shop));

    let enrolment = '';
    await step(t, 'an application is returned, answered, refused and answered again', async () => {
      enrolment = await apply(owner);
      await returned(owner, officer, enrolment);
      await refused(owner, officer, enrolment);
    });
    await step(t, 'it is taken back before it was in force', () => takenBack(owner, enrolment));

    const colleague = await newPage(t, { portal, ...PHONE });
    await step(t, 'an operator is added, works, and is let go', () => operator(owner, colleague, shop));

    // The same pages where scripts run and the screen is wide; its login is the one that a new password ends.
    const desk = await enter(t, portal, { account: shop.login, password: shop.password });
    await step(t, 'the pages at a desk', async () => {
      for (const address of ['/enterprise', '/enterprise/edit', '/enterprise/operator', enrolment, '/account/password', '/account']) {
        await desk.goto(address);
        await axe(desk);
      }
    });
    await step(t, 'a new password ends what was logged in before', () => newPassword(owner, desk, shop));
  });

  test('a line without a result, a round without its files', async (t) => {
    const owner = await enter(t, portal, 'owner1', PHONE);
    const round = await openRound(owner);
    const all = await lines(owner);
    const [line] = all.slice(3);
    await owner.goto(line);
    await send(owner, 'case/answer');
    assert.deepEqual(await errors(owner), ['请选择自查结果。']);
    await seesErrors(owner);
    // Files may still have to be taken: one goes on, and is told.
    await send(owner, 'case/answer', { answer: 'conforms' });
    assert.equal(new URL(owner.url()).pathname, all[4]);
    await owner.getByText(/“餐用具清洗消毒和保洁”已保存，提交前还差：需要 1 张照片/).waitFor();
    await owner.goto(`${round.address}/check`);
    const box = owner.locator('[name=leave]');
    assert.equal(await box.isVisible(), false);
    await send(owner, 'case/submit');
    await seesErrors(owner);
    const missing = /餐用具清洗消毒和保洁：需要 1 张照片[\s\S]*明码标价：请选择自查结果/;
    assert.match((await errors(owner)).join('\n'), missing);

    // Another phone has begun to send what is missing. A box that nobody sees leaves nothing, though a browser ticks it.
    await announce(owner, line, jpeg({ name: '还在路上.jpg' }));
    assert.equal(await box.isVisible(), false);
    await box.evaluate((/** @type {HTMLInputElement} */ hidden) => {
      hidden.checked = true;
    });
    await send(owner, 'case/submit');
    assert.match((await errors(owner)).join(), /还有 1 个文件没有传完，本次没有提交/);
    await owner.goto(`${round.address}/check`);
    assert.match(await owner.locator('main').innerText(), /还有 1 个文件没有传完[\s\S]*还在路上\.jpg/);
    await send(owner, 'case/submit');
    assert.match((await errors(owner)).join(), /还有 1 个文件没有传完，本次没有提交/);
    await axe(owner);
    await send(owner, 'case/submit', { leave: 'yes' });
    assert.match((await errors(owner)).join('\n'), missing);
    assert.doesNotMatch((await errors(owner)).join(), /没有传完/);
    assert.ok(await box.isChecked());
  });
});

/**
 * Announces a photo to a line, as another phone of the same person does before it sends the bytes.
 *
 * @param {Page} page
 * @param {string} address of the line
 * @param {import('../fixtures/files.mjs').Sample} sample
 */
async function announce(page, address, { name, bytes }) {
  const [, , id, , line] = address.split('/');
  const told = Object.entries({ filename: name, case: id, line });
  const metadata = told.map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join();
  const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin', 'tus-resumable': '1.0.0' };
  const answer = await page.context().request.post('/api/v1/uploads', {
    headers: { ...headers, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
  });
  assert.equal(answer.status(), 201);
}

/** What is wrong is on the screen, not somewhere below it. */
async function seesErrors(/** @type {Page} */ page) {
  const box = await page.locator('.error-summary').boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  assert.ok(box && box.y >= 0 && box.y < height, `the summary is out of sight at ${box?.y}`);
}

/** What stands beside the field of this name. */
function beside(/** @type {Page} */ page, /** @type {string} */ field) {
  return page.locator(`#${field}-error`).innerText();
}

async function register(/** @type {Page} */ page, /** @type {Shop} */ shop) {
  const { password, ...typed } = shop;
  await page.goto('/register');
  await send(page, 'enterprise/register', {
    ...typed, credit_code: '220102600012345', latitude: shop.longitude, longitude: shop.latitude, password: 'abc', password_again: 'abd',
  });
  await seesErrors(page);
  assert.equal((await errors(page)).length, 4);
  assert.match(await beside(page, 'credit_code'), /15 位的旧注册号/);
  assert.match(await beside(page, 'latitude'), /填反了/);
  assert.match(await beside(page, 'password'), /至少 10 个字符/);
  assert.match(await beside(page, 'password_again'), /不一致/);
  assert.equal(await page.locator('[name=industry]').inputValue(), shop.industry);

  const { credit_code, latitude, longitude } = shop;
  await send(page, 'enterprise/register', {
    credit_code, latitude, longitude, login: 'Owner1', password, password_again: password,
  });
  assert.match(await beside(page, 'login'), /已被使用/);
  await send(page, 'enterprise/register', { login: shop.login, password, password_again: password });
  assert.equal(new URL(page.url()).pathname, '/todo');
  await page.getByText('登记已提交，等待部门确认').waitFor();
}

async function correct(/** @type {Page} */ owner, /** @type {Page} */ officer, /** @type {Shop} */ shop) {
  await officer.goto('/todo');
  await turn(officer, () => officer.getByRole('link', { name: shop.name }).click());
  const registration = officer.url();
  await send(officer, 'review/registration/reject', { reject_reason: '名称与营业执照不一致。' });
  await owner.goto('/todo');
  await turn(owner, () => owner.getByRole('link', { name: '修改企业登记信息' }).click());
  await owner.getByText('名称与营业执照不一致。').waitFor();
  await axe(owner);
  await send(owner, 'enterprise/correct', { name: '', phone: '打给我', address: '长春市南关区大经路 1 号' });
  await seesErrors(owner);
  assert.match(await beside(owner, 'name'), /请填写企业名称/);
  assert.match(await beside(owner, 'phone'), /能打通的电话/);
  assert.equal(await owner.locator('[name=address]').inputValue(), '长春市南关区大经路 1 号');
  await send(owner, 'enterprise/correct', { name: `${shop.name}（个体）`, phone: shop.phone });
  await owner.getByText('部门会在 5 个工作日内重新确认').waitFor();

  await officer.goto(registration);
  await send(officer, 'review/registration/confirm');
  await owner.goto('/enterprise');
  await owner.getByText('已由部门确认，可以申请无感监管').waitFor();
  assert.match(await owner.locator('main').innerText(), new RegExp(`${shop.name}（个体）[\\s\\S]*大经路 1 号`));
  await axe(owner);
}

/** @returns the address of the application */
async function apply(/** @type {Page} */ owner) {
  await owner.goto('/enrolments/new');
  await turn(owner, () => owner.getByRole('link', { name: MARKET }).click());
  // What nobody has recorded yet does not stand in the way.
  const card = owner.locator('.option').filter({ hasText: '明码标价和在用计量器具检查' });
  assert.match(await card.innerText(), /没有记录，部门受理后核实，不影响提交/);
  await tick(card.getByRole('checkbox'));
  await send(owner, 'enrolment/write');
  await send(owner, 'enrolment/submit', { promise: 'yes' });
  await owner.getByText('部门正在审核').waitFor();
  return new URL(owner.url()).pathname;
}

async function returned(/** @type {Page} */ owner, /** @type {Page} */ officer, /** @type {string} */ enrolment) {
  await officer.goto(`/review${enrolment}`);
  await send(officer, 'review/enrolment/return', { missing: '请更正联系电话\n请写明楼层' });
  await owner.goto('/todo');
  await turn(owner, () => owner.getByRole('link', { name: '补正无感监管申请' }).click());
  assert.deepEqual(await owner.locator('.notice li').allInnerTexts(), ['请更正联系电话', '请写明楼层']);
  await axe(owner);
  await send(owner, 'enrolment/submit', { answer: '电话已更正，在 <2> 楼。' });
  assert.deepEqual(await errors(owner), ['请阅读承诺并勾选同意。']);
  await seesErrors(owner);
  assert.equal(await owner.locator('[name=answer]').inputValue(), '电话已更正，在 <2> 楼。');
  await send(owner, 'enrolment/submit', { promise: 'yes' });
  await officer.goto(`/review${enrolment}`);
  await officer.getByText('电话已更正，在 <2> 楼。').waitFor();
}

async function refused(/** @type {Page} */ owner, /** @type {Page} */ officer, /** @type {string} */ enrolment) {
  await send(officer, 'review/enrolment/refuse', { refuse_reason: '近期有投诉正在核查。' });
  await owner.goto('/todo');
  await turn(owner, () => owner.getByRole('link', { name: '申请未通过，可说明后重新提交' }).click());
  await owner.getByText('近期有投诉正在核查。').waitFor();
  await axe(owner);
  await send(owner, 'enrolment/submit', { promise: 'yes' });
  assert.match(await beside(owner, 'answer'), /作出说明/);
  await send(owner, 'enrolment/submit', { answer: '投诉已于上周处理。', promise: 'yes' });
  await owner.getByText('部门正在审核').waitFor();
  assert.equal(new URL(owner.url()).pathname, enrolment);
}

async function takenBack(/** @type {Page} */ owner, /** @type {string} */ enrolment) {
  await owner.goto(enrolment);
  await send(owner, 'enrolment/withdraw');
  await owner.getByText('申请已撤回').waitFor();
  assert.equal(await form(owner, 'enrolment/withdraw').count(), 0);
  await axe(owner);
  await owner.goto('/todo');
  await owner.getByRole('link', { name: '申请无感监管' }).waitFor();
}

async function operator(/** @type {Page} */ owner, /** @type {Page} */ colleague, /** @type {Shop} */ shop) {
  const password = 'Changbai-77-Shan';
  const account = `${shop.login}er`;
  await owner.goto('/enterprise/operator');
  await send(owner, 'enterprise/operator', { name: '王二', login: 'wang er', password, password_again: 'other' });
  assert.match(await beside(owner, 'login'), /不要有空格/);
  assert.match(await beside(owner, 'password_again'), /不一致/);
  assert.equal(await owner.locator('[name=name]').inputValue(), '王二');
  await axe(owner);
  await send(owner, 'enterprise/operator', { login: account, password, password_again: password });
  await owner.getByText('已为“王二”添加账号').waitFor();

  await login(colleague, { account, password });
  // Whose password somebody else has chosen sets an own one first.
  if (new URL(colleague.url()).pathname === '/account/password') {
    const own = `${password}-26`;
    await send(colleague, 'account/password', { old_password: password, password: own, password_again: own });
    assert.deepEqual(await errors(colleague), []);
  }
  await colleague.goto('/enterprise');
  assert.equal(await colleague.getByRole('link', { name: '添加经办人' }).count(), 0);
  allow(colleague, /403/);
  const answer = await colleague.goto('/enterprise/operator');
  assert.equal(answer?.status(), 403);
  await colleague.getByText('只有企业负责人可以添加经办人账号').waitFor();

  await owner.goto('/enterprise');
  await send(owner, 'enterprise/operator/close');
  await owner.getByText('已关闭“王二”的账号').waitFor();
  await colleague.goto('/todo');
  assert.equal(new URL(colleague.url()).pathname, '/login');
}

async function newPassword(/** @type {Page} */ owner, /** @type {Page} */ desk, /** @type {Shop} */ shop) {
  const password = 'Changbai-88-Shan';
  await owner.goto('/account');
  await owner.getByText('退出其他所有设备').waitFor();
  await axe(owner);
  await turn(owner, () => owner.getByRole('link', { name: '更改' }).click());
  await send(owner, 'account/password', { old_password: '', password: 'short', password_again: 'other' });
  assert.match(await beside(owner, 'old_password'), /请填写当前密码/);
  assert.match(await beside(owner, 'password'), /至少 10 个字符/);
  assert.match(await beside(owner, 'password_again'), /不一致/);
  await send(owner, 'account/password', { old_password: 'Nonsense-11-X', password, password_again: password });
  assert.match(await beside(owner, 'old_password'), /当前密码不正确/);
  await send(owner, 'account/password', { old_password: shop.password, password: shop.password, password_again: shop.password });
  assert.match(await beside(owner, 'password'), /不能与当前密码相同/);
  await send(owner, 'account/password', { old_password: shop.password, password, password_again: password });
  await owner.getByText('密码已修改，其他设备上的登录已退出').waitFor();
  await owner.getByText('没有其他设备登录').waitFor();

  await desk.goto('/account');
  assert.equal(new URL(desk.url()).pathname, '/login');
  await send(desk, 'account/login', { login: shop.login, password: shop.password });
  assert.match((await errors(desk)).join(), /账号或密码不正确/);
  await send(desk, 'account/login', { login: shop.login, password });
  // Back where one was sent away from.
  assert.equal(await heading(desk), '我的账号');
}
