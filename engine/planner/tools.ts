/** The only tools that any playbook may name. Nothing that is read can add to them. */
export const searchGroups = 'm365.search_groups';
export const listUserGroups = 'm365.list_user_groups';
export const getSignInState = 'm365.get_sign_in_state';
export const searchArticles = 'hudu.search_articles';
export const addMember = 'm365.add_group_member';
export const removeMember = 'm365.remove_group_member';
export const enableSignIn = 'm365.enable_sign_in';
export const revokeSessions = 'm365.revoke_sessions';
