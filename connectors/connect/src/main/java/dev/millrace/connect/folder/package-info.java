/**
 * The files of a watched folder: which files are images, which are complete, and which have been
 * sent. Knows nothing of tasks and connectors.
 */
package dev.millrace.connect.folder;
