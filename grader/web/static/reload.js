// Loads a page again that waits for files, unless somebody has begun to fill in a form.
"use strict";
const forms = [...document.querySelectorAll("main form")];
let isUsed = false;
for (const form of forms) form.addEventListener("input", () => { isUsed = true; });
setTimeout(() => { if (!isUsed) location.reload(); }, 3000);
