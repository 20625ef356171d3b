/** Where the shop's backend is reached: PUBLIC_URL of its settings, registered as "request 合法域名" of the mini-program. */
export const BASE_URL = 'https://shop.example.com';
