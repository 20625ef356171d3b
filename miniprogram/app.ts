import { shop } from './shop.js';

App({
  onLaunch() {
    // Early, so that the first tap need not wait; whoever needs the session waits for this same login.
    shop.session.token().catch(() => undefined);
  },
});
