// View and thumbnail of a photo by sharp, many times, and what it took of the processor: `node sharp.mjs PHOTO COUNT`.
// One thread and no cache, so that every time is the first. Two numbers in ms an image: as its documentation makes
// several sizes (a clone of the pipeline for each), and the thumbnail from the view, which decodes the photo once.
import sharp from 'sharp';

const [photo, count] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);

const sized = (picture, side) => picture.resize(side, side, { fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 82 });

async function clones() {
  const picture = sharp(photo).autoOrient();
  await Promise.all([1600, 320].map((side) => sized(picture.clone(), side).toBuffer()));
}

async function chain() {
  const view = await sized(sharp(photo).autoOrient(), 1600).toBuffer();
  await sized(sharp(view), 320).toBuffer();
}

for (const way of [clones, chain]) {
  await way();
  const before = process.cpuUsage();
  for (let index = 0; index < Number(count); index += 1) await way();
  const { user, system } = process.cpuUsage(before);
  console.log(((user + system) / 1000 / Number(count)).toFixed(2));
}
