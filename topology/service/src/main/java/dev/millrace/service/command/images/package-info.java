/** Finds the image files in the paths that a user names. */
package dev.millrace.service.command.images;
