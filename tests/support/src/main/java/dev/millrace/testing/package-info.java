/**
 * What the tests of every module share. No code of Millrace's own, so that each module can use it.
 */
package dev.millrace.testing;
