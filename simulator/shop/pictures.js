import { el } from './dom.js';

/** What to draw, by a word in the name; the first that fits. Paths on a field of 100 × 100. */
const DRAWINGS = [
  [
    /咖啡豆|coffee bean/i,
    'M30 70c-14-14-6-42 18-46 20-4 34 14 26 32-8 20-30 28-44 14zM34 66c10-2 8-16 20-20s10-16 16-18',
  ],
  [
    /咖啡|coffee|杯|cup/i,
    'M24 36h44v22a20 20 0 0 1-20 20h-4a20 20 0 0 1-20-20zM68 42h6a9 9 0 0 1 0 18h-7M36 28c-4-6 4-8 0-14M50 28c-4-6 4-8 0-14',
  ],
  [
    /茶|肉桂|tea/i,
    'M50 82V50M50 56c-22 2-30-12-30-28 18 0 30 8 30 28zM50 46c0-18 10-28 30-28 0 18-10 28-30 28z',
  ],
  [/酱|蜜|jam|honey/i, 'M32 30h36v8H32zM28 38h44v36a8 8 0 0 1-8 8H36a8 8 0 0 1-8-8zM36 52h28v14H36z'],
  [/包|袋|bag/i, 'M24 40h52l5 42H19zM36 46V34a14 14 0 0 1 28 0v12'],
  [
    /枣|花生|date|nut/i,
    'M34 24c14-4 22 12 16 20s10 10 12 22-18 18-30 10-6-20-2-28-10-20 4-24zM36 36c6 4 8 2 10 6M40 60c6 4 10 4 14 8',
  ],
  [/糕|cake|点心/i, 'M20 56c0-8 60-8 60 0v20H20zM20 64h60M34 50V36M50 48V32M66 50V36'],
  [/毛巾|towel/i, 'M26 20h48v60H26zM26 66h48M26 72h48M34 20v46'],
  [
    /一分|test|体验/i,
    'M50 20a30 30 0 1 0 0 60 30 30 0 0 0 0-60zM38 36l12 14 12-14M50 50v18M40 52h20M40 60h20',
  ],
];
const PARCEL = 'M20 38l30-16 30 16v34L50 88 20 72zM20 38l30 16 30-16M50 54v34M35 30l30 16';

const GROUNDS = [
  ['#fdf1e0', '#a85d12'],
  ['#e5f4ea', '#1f7a44'],
  ['#e7effb', '#27549c'],
  ['#fbe9ec', '#a8324a'],
  ['#f0ebfa', '#5c40a0'],
  ['#fff6d6', '#8a6a00'],
];

/** The shop's own picture, or one drawn for the name. */
export function picture({ name, imageUrl }) {
  return el('img', { className: 'picture', alt: '', src: imageUrl ?? drawn(name), loading: 'lazy' });
}

function drawn(name) {
  const [, path] = DRAWINGS.find(([word]) => word.test(name)) ?? [undefined, PARCEL];
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
  const [ground, ink] = GROUNDS[sum % GROUNDS.length];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="${ground}"/><path d="${path}" fill="none" stroke="${ink}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
