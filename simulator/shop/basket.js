/** What is in the cart: product id to quantity; the phone keeps it. */
const quantities = new Map(JSON.parse(localStorage.getItem('basket') ?? '[]'));

export function quantityOf(id) {
  return quantities.get(id) ?? 0;
}

export function setQuantity(id, quantity) {
  if (quantity > 0) quantities.set(id, quantity);
  else quantities.delete(id);
  keep();
}

/** Things in the cart, for the badge. */
export function count() {
  return [...quantities.values()].reduce((sum, quantity) => sum + quantity, 0);
}

/** The items of an order request. */
export function items() {
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}

export function clear() {
  quantities.clear();
  keep();
}

function keep() {
  localStorage.setItem('basket', JSON.stringify([...quantities]));
  document.dispatchEvent(new Event('basket'));
}
