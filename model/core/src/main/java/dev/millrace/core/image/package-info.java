/**
 * Images on their way into a batch: the geometry they are brought to, and the port that decodes
 * them.
 */
package dev.millrace.core.image;
