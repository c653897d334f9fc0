// Shows the progress of a submission as it happens, and its report when it has ended. Without this script the page loads itself again.
(function () {
  "use strict";
  const card = document.getElementById("live");
  if (!card || !window.EventSource) return void setTimeout(() => location.reload(), 3000);
  const words = JSON.parse(card.dataset.words);
  const title = document.getElementById("state");
  const position = document.getElementById("position");
  const expected = document.getElementById("expected");
  const sentence = document.getElementById("sentence"); // only a submission that waits has it
  const lost = document.getElementById("lost");
  let failures = 0;

  function set(element, text) {
    if (element.textContent !== text) element.textContent = text; // a screen reader reads only changes
  }

  function counted(name, count) {
    return card.dataset[name + (count === 1 ? "One" : "Other")].replace("{count}", count);
  }

  function showProgress(event) {
    const progress = JSON.parse(event.data);
    lost.hidden = true;
    failures = 0;
    if (progress.state !== "queued" && progress.state !== "running") return;
    set(title, card.dataset[progress.state]);
    if (sentence) sentence.hidden = progress.state !== "queued";
    const ahead = progress.ahead ? counted("ahead", progress.ahead) : card.dataset.first;
    set(position, progress.state === "queued" ? ahead : "");
    if (progress.seconds !== null) set(expected, counted("seconds", Math.max(1, Math.round(progress.seconds))));
  }

  function showCheck(event) {
    const check = JSON.parse(event.data);
    const row = Array.from(card.querySelectorAll("[data-check]")).find((each) => each.dataset.check === check.name);
    const status = words[check.status];
    if (!row || !status) return;
    row.className = status.group;
    row.querySelector(".icon").textContent = status.icon;
    row.querySelector(".word").textContent = status.word;
  }

  function finish(event) {
    event.target.close();
    set(position, card.dataset.done);
    location.reload();
  }

  const source = new EventSource(card.dataset.events);
  source.addEventListener("state", showProgress);
  source.addEventListener("position", showProgress);
  source.addEventListener("check", showCheck);
  source.addEventListener("done", finish);
  source.addEventListener("error", () => {
    failures += 1;
    lost.textContent = card.dataset.lost;
    lost.hidden = failures < 2; // one failure is a stream that ended in time, and is opened again at once
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
})();
