"use strict";
// Prepares texts and words so that "muller" and "mueller" find "Müller".
const Search = (() => {
  const MARKS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670]/g; // accents; not the marks of kana or Thai
  const LETTERS = { ß: "ss", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ς: "σ", "’": "'" };
  const SPELLED = { ä: "ae", ö: "oe", ü: "ue", å: "aa", ø: "oe" }; // as people write them on other keyboards
  const lower = (text) => text.normalize("NFC").toLowerCase();
  const plain = (text) =>
    text
      .replace(/[ßøłđðþæœıς’]/g, (letter) => LETTERS[letter])
      .normalize("NFKD")
      .replace(MARKS, "")
      .normalize("NFC");
  const spelled = (text) => plain(text.replace(/[äöüåø]/g, (letter) => SPELLED[letter]));

  // All ways to write a text: one, or two for a text with umlauts.
  const ways = (text) => {
    const small = lower(text);
    return [...new Set([plain(small), spelled(small)])];
  };

  return {
    // The text in which words are looked up.
    prepared: (text) => ways(text).join("\n"),
    // A function that is true for each prepared text that contains all words, in any order.
    matcher: (words) => {
      const wanted = words.split(/\s+/).filter(Boolean).map(ways);
      return (text) => wanted.every((alternatives) => alternatives.some((word) => text.includes(word)));
    },
  };
})();
