import { t } from './lang.js';

/** An element with properties (a name with a dash is an attribute) and children; text is text, never markup. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A button that is out of action while its work runs and shows what went wrong. */
export function button(label, work, className = '') {
  const element = el('button', { type: 'button', className }, label);
  element.addEventListener('click', async () => {
    element.disabled = true;
    element.setAttribute('aria-busy', 'true');
    try {
      await work();
    } catch (error) {
      toast(error.message, true);
    } finally {
      element.disabled = false;
      element.removeAttribute('aria-busy');
    }
  });
  return element;
}

export function card(...children) {
  return el('section', { className: 'card' }, ...children);
}

/** A name on the left, what it is on the right. */
export function fact(name, value, className = '') {
  return el('div', { className: `fact ${className}` }, el('span', {}, name), el('span', {}, value));
}

export function quiet(text) {
  return el('p', { className: 'quiet' }, text);
}

/** Fen as yuan, by moving digits. */
export function yuan(fen) {
  const digits = String(fen).padStart(3, '0');
  return `¥${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `1,990` fen big, as prices are shown in shops: a small sign, a big number. */
export function price(fen, className = '') {
  const [whole, decimals] = yuan(fen).slice(1).split('.');
  return el(
    'span',
    { className: `price ${className}` },
    el('small', {}, '¥'),
    whole,
    el('small', {}, `.${decimals}`),
  );
}

/** 2026-11-21 20:05, China's time. */
export function time(iso) {
  return iso ? iso.slice(0, 16).replace('T', ' ') : '';
}

export function empty(words, action) {
  return el('div', { className: 'empty' }, el('p', {}, words), action ?? null);
}

let timer;

/** A line over the page for a few seconds. */
export function toast(text, isBad = false) {
  const line = document.querySelector('#toast');
  line.textContent = text;
  line.className = isBad ? 'bad' : '';
  line.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (line.hidden = true), isBad ? 6000 : 3000);
}

/**
 * A sheet from the bottom of the phone. `fill(end)` gives its children; `end(value)` closes it.
 * @returns what it was ended with; undefined when it was dismissed
 */
export function sheet(label, fill) {
  const dialog = document.querySelector('#sheet');
  return new Promise((resolve) => {
    const end = (value) => {
      dialog.close();
      resolve(value);
    };
    dialog.ariaLabel = label;
    dialog.oncancel = (event) => {
      event.preventDefault();
      end(undefined);
    };
    const close = el('button', {
      type: 'button',
      className: 'close',
      textContent: '×',
      'aria-label': t('关闭', 'Close'),
    });
    close.addEventListener('click', () => end(undefined));
    dialog.replaceChildren(close, ...fill(end));
    dialog.showModal();
  });
}
