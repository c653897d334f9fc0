// Makes handing in quicker: files can be dropped anywhere on the page, and a file that is too large is refused at once.
// Everything works without this script.
(function () {
  "use strict";
  const input = document.getElementById("file");
  if (!input) return;
  const problem = document.getElementById("file-problem");
  const area = input.closest(".drop");
  const words = input.dataset;

  function tell(sentence) {
    problem.textContent = sentence;
    problem.hidden = !sentence;
    input.setAttribute("aria-invalid", sentence ? "true" : "false");
  }

  function check() {
    const files = Array.from(input.files);
    const large = files.find((file) => file.size > Number(words.mostBytes));
    if (large) tell(words.tooLarge.replace("{name}", large.name));
    else if (files.length > Number(words.mostFiles)) tell(words.tooMany);
    else tell("");
    return !large && files.length <= Number(words.mostFiles);
  }

  function hasFiles(event) {
    return event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  }

  input.addEventListener("change", check);
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    area.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) area.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    area.classList.remove("over");
    const entries = Array.from(event.dataTransfer.items || []).map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    if (entries.some((entry) => entry && entry.isDirectory)) {
      tell(words.folder);
      return;
    }
    input.files = event.dataTransfer.files;
    check();
    area.scrollIntoView({ block: "nearest" });
  });
  input.form.addEventListener("submit", (event) => {
    if (check()) return;
    event.preventDefault();
    input.focus();
  });
})();
