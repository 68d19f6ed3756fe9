/** The cookie that the page's script leaves for the server; it says only that scripts run here. */
export const SCRIPT_MARK = 'onsale-script';
