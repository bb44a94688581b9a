/** How a version is promoted and rolled back: by a command, and from the page. */
package dev.millrace.service.promotion;
