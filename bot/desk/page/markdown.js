import MarkdownIt from './markdown-it.js';

const markdown = new MarkdownIt({ html: false, breaks: true, linkify: true });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
markdown.disable('image');
markdown.validateLink = (url) => /^(https?|mailto):/i.test(url);
markdown.renderer.rules.link_open = (tokens, index, options, _env, renderer) => {
  tokens[index].attrSet('target', '_blank');
  tokens[index].attrSet('rel', 'noopener noreferrer');
  return renderer.renderToken(tokens, index, options);
};

/** Markdown -> HTML without any HTML of its author's. */
export const toHtml = (text) => markdown.render(text);

/** The only way for our own code to make HTML, where the browser can hold us to it. */
const policy = globalThis.trustedTypes?.createPolicy('desk', { createHTML: toHtml });

/** Shows Markdown in an element. */
export function showMarkdown(inside, text) {
  inside.innerHTML = policy ? policy.createHTML(text) : toHtml(text);
}
