/** The program's entry point. */
package dev.millrace.service;
