/** Images: preprocessing, limits, and the interface of the decoder. */
package dev.millrace.core.image;
