/**
 * The files of a watched folder: which files are images, which are complete, and which have been
 * sent. Does not depend on tasks and connectors.
 */
package dev.millrace.connect.folder;
