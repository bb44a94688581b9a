/**
 * The files of a watched folder: which files are images, which are complete, and which have been
 * sent. This package does not depend on the classes of the task and the connector.
 */
package dev.millrace.connect.folder;
