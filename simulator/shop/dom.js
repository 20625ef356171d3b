/** An element with properties and children; text children are text, never markup. */
export function el(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A label in both languages. */
export function both(chinese, english) {
  return [`${chinese} `, el('small', { textContent: english })];
}

/** A button that is out of action while its work runs and shows what went wrong. */
export function button(chinese, english, work, className = '') {
  const element = el('button', { type: 'button', className }, ...both(chinese, english));
  element.addEventListener('click', async () => {
    element.disabled = true;
    try {
      await work();
    } catch (error) {
      say(error.message, true);
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

/** Fen as yuan. */
export function yuan(fen) {
  return `¥${(fen / 100).toFixed(2)}`;
}

let timer;

/** A line at the bottom of the phone for a few seconds. */
export function say(text, isBad = false) {
  const line = document.querySelector('#message');
  line.textContent = text;
  line.className = isBad ? 'bad' : '';
  line.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (line.hidden = true), 5000);
}
