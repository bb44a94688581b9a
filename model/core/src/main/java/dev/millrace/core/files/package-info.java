/** Files that are whole and on disk, or not there at all; and their checksums. */
package dev.millrace.core.files;
