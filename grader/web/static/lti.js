// Finishes the steps of a launch that need no click: the storage of a course system (lti-cs-pm), and forms that send themselves.
"use strict";
const storage = document.getElementById("lti-storage");
const own = document.getElementById("lti-form");
const WAIT = 3000; // milliseconds

function ask(subject, fields, done, failed) {
  const { frame, origin } = storage.dataset;
  const target = frame === "_parent" ? window.parent : window.parent.frames[frame] || window.parent;
  const number = crypto.randomUUID();
  const timer = setTimeout(failed, WAIT);
  window.addEventListener("message", (event) => {
    if (event.origin !== origin || event.data?.message_id !== number) return;
    if (event.data.subject !== `${subject}.response`) return;
    clearTimeout(timer);
    if (event.data.error) failed(); else done(event.data.value);
  });
  target.postMessage({ subject, message_id: number, ...fields }, origin);
}

function show() {
  document.getElementById("lti-failed").hidden = false;
}

if (storage) {
  const { step, name, value } = storage.dataset;
  const next = document.getElementById("lti-next");
  if (step === "put") {
    const leave = () => location.replace(next.href); // without the storage, the cookie may be enough
    ask("lti.put_data", { key: name, value }, leave, leave);
  } else {
    ask("lti.get_data", { key: name }, (secret) => {
      if (!secret) return show();
      own.elements.value.value = secret;
      own.submit();
    }, show);
  }
} else if (own) {
  own.submit();
} else if (document.getElementById("lti-close")) {
  (window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
}
