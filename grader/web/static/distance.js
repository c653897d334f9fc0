// Keeps "in 5 minutes" up to date on a page that stays open. The server's clock counts, not that of the browser.
(function () {
  "use strict";
  const marks = Array.from(document.querySelectorAll("[data-distance]"));
  if (!marks.length || !window.Intl || !Intl.RelativeTimeFormat) return;
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  const nowFormat = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const start = performance.now();

  function words(seconds) {
    const length = Math.abs(seconds);
    if (length < 1) return nowFormat.format(0, "second"); // "now" instead of "in 0 seconds"
    const [unit, size] = length < 120 ? ["second", 1] : length < 7200 ? ["minute", 60] : length < 172800 ? ["hour", 3600] : ["day", 86400];
    return format.format(Math.trunc(seconds / size), unit);
  }

  function update() {
    const elapsed = (performance.now() - start) / 1000;
    for (const mark of marks) {
      const text = "(" + words(Number(mark.dataset.distance) - elapsed) + ")";
      if (mark.textContent !== text) mark.textContent = text;
    }
  }

  update();
  setInterval(update, 1000);
})();
