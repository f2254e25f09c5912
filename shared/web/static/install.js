// Lets the browser keep what an installed page needs. A page that can be installed loads this.

if ("serviceWorker" in navigator) {
  // Later: what is on the page comes first.
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}), { once: true });
}
