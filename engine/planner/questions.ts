/** Every question this planner asks. The engine keeps the words, so a reply is understood by the question it answers. */

export const whichApp = 'Which app do you need access to?';
export const whichOne = 'Which one do you mean?';
export const whichGroup = 'Which group should I take you out of?';
export const whichFirst = 'I can do one thing at a time. Which should come first?';
export const forWhom = 'Is this for you, or for somebody else?';
export const signOutNow = 'Shall I sign you out on all your devices?';
export const workSignIn = 'Is it the sign-in to your work account that is blocked?';

export const forWhomChoices = ['For me', 'For somebody else'];
export const yesNo = ['Yes', 'No'];

/** Questions after which a person takes over when it is still not clear. */
export const mostQuestions = 2;
