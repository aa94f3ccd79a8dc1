// A choice on the page is an attribute of every picture; an empty one takes the attribute away.

document.querySelector(".choices").addEventListener("change", ({ target: { name, value } }) => {
  for (const picture of document.querySelectorAll("smart-image")) {
    if (value) picture.setAttribute(name, value);
    else picture.removeAttribute(name);
  }
});
