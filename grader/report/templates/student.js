"use strict";
(() => {
  // Beside the check to which an address leads, the code shows the line of its finding.
  const pane = document.querySelector(".submitted");
  const show = () => {
    const check = document.querySelector(":target")?.closest(".check, .shared");
    const finding = check && document.querySelector(`.finding[href="#${check.id}"]`);
    if (!finding || pane.scrollHeight <= pane.clientHeight) return; // the code is below the checks
    pane.scrollTop += finding.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
  };
  addEventListener("hashchange", show);
  addEventListener("load", show);

  // The class page keeps the students that it lists: {"address": "#check=loss", "students": [["instructor/a.html", "Ada"], ...]}
  const overview = document.getElementById("overview");
  const own = new URL(overview.getAttribute("href"), location.href).href;
  let list;
  try {
    list = JSON.parse(sessionStorage.getItem(`grader.class ${own}`));
  } catch {
    return; // the links have the order of the class
  }
  if (!list) return;
  overview.href = own + list.address;

  const address = ([link]) => new URL(link, own);
  const number = list.students.findIndex((student) => address(student).pathname === location.pathname);
  if (number < 0) return;
  const lead = (id, student) => {
    const link = document.getElementById(id);
    link.hidden = !student;
    if (!student) return;
    link.href = address(student).href;
    link.lastElementChild.textContent = student[1];
  };
  lead("previous", list.students[number - 1]);
  lead("following", list.students[number + 1]);
  if (!list.address) return;
  const position = document.getElementById("position");
  position.textContent = position.dataset.text.replace("{number}", number + 1).replace("{count}", list.students.length);
  position.hidden = false;
})();
