/** What the style sheets promise beyond valid CSS, and which rules of the standard are not kept, with the reason. */
export default {
  extends: "stylelint-config-standard",
  rules: {
    // The breakpoints that palette.css lists; nothing else.
    "media-feature-name-value-allowed-list": {
      "max-width": ["36rem", "48rem", "60rem", "90rem"],
      "min-width": ["48rem", "60rem"],
    },
    // Colours come from palette.css (see the override below).
    "color-no-hex": true,
    "function-disallowed-list": ["rgb", "rgba", "hsl", "hsla"],
    // Browsers of 2022 know max-width, not yet width <=.
    "media-feature-range-notation": "prefix",
    // The rules of a component stand together; an empty line begins the next one.
    "rule-empty-line-before": null,
    // Sheets are read by component: a later component may well be less specific than an earlier one.
    "no-descending-specificity": null,
    // Groups of colours and sizes are set apart by an empty line and a comment.
    "custom-property-empty-line-before": null,
    // The names of fonts are names.
    "value-keyword-case": ["lower", { ignoreProperties: ["/^--/"] }],
    // Safari on a phone knows this one by its old name alone.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["-webkit-text-size-adjust"] }],
  },
  overrides: [
    {
      files: ["**/palette.css"],
      rules: { "color-no-hex": null, "function-disallowed-list": null },
    },
  ],
};
