// A key presses the button that names it, unless somebody is typing.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || typing) {
    if (typing && event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const button = [...document.querySelectorAll("button[data-key]")].find((each) => each.dataset.key === key);
  if (button && !button.disabled) {
    event.preventDefault();
    button.click();
  }
});
