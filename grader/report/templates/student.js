"use strict";
(() => {
  // If the code is to the right of the checks, an address that leads to one of them shows the other as well.
  const pane = document.querySelector(".submitted");
  const isBeside = () => pane && pane.scrollHeight > pane.clientHeight;
  const showLine = () => {
    const check = document.querySelector(":target")?.closest(".check, .shared");
    const finding = check && document.querySelector(`.finding[href="#${check.id}"]`);
    if (!finding || !isBeside()) return;
    pane.scrollTop += finding.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
  };
  addEventListener("hashchange", showLine);
  addEventListener("load", () => {
    showLine();
    const finding = document.querySelector(".line:target + .finding");
    if (finding && isBeside()) document.querySelector(finding.hash).scrollIntoView({ block: "nearest" });
  });

  // The class page keeps the students that it lists: {"address": "#check=loss", "students": [["instructor/a.html", "Ada"], ...]}
  const overview = document.getElementById("overview");
  const own = new URL(overview.getAttribute("href"), location.href).href;
  const key = `grader.class ${own}`;
  let list;
  try {
    list = JSON.parse(sessionStorage.getItem(key));
  } catch {
    return; // the links have the order of the class
  }
  if (!list) return;
  overview.href = own + list.address;

  const address = ([link]) => new URL(link, own);
  const number = list.students.findIndex((student) => address(student).pathname === location.pathname);
  if (number < 0) return;
  try {
    sessionStorage.setItem(key, JSON.stringify({ ...list, last: list.students[number][0] })); // to which the class page returns
  } catch {
    // The class page then opens at its beginning.
  }
  const [, kind, name] = /[#&](check|bug)=([a-z0-9-]+)/.exec(list.address) ?? []; // what the students are listed for
  const lead = (id, student) => {
    const link = document.getElementById(id);
    link.hidden = !student;
    if (!student) return;
    const url = address(student);
    if (kind && !url.hash) url.hash = `${kind}-${name}`;
    link.href = url.href;
    link.lastElementChild.textContent = student[1];
  };
  lead("previous", list.students[number - 1]);
  lead("following", list.students[number + 1]);
  if (!list.address) return;
  const position = document.getElementById("position");
  position.textContent = position.dataset.text.replace("{number}", number + 1).replace("{count}", list.students.length);
  position.hidden = false;
})();
