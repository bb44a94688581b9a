/** Promotes versions and rolls them back, for commands and for the page. */
package dev.millrace.service.promotion;
