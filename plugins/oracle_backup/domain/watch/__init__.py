"""
What is wrong with the backups as a whole, and who has to be told of it now?

`subjects` says what is looked after, `judge` what is wrong with it, `letters` who is told what is
new; `memory` is what is kept from one look to the next, and `page` is the mail.
"""
